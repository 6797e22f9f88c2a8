/** True in `npm run test:long`: what takes minutes is left out of `npm test`, or done there in a short form. */
export const isLong = process.env['CLEAVE_TEST_LONG'] === '1'
