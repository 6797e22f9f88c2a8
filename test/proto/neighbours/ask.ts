/** Asks or tells on one interface, within the namespace that it is run in: `announce` or `probe`, interface, addresses. */
import { announceAddresses, findOwners } from '../../../proto/neighbours/neighbours.ts'

const [what, name = '', ...addresses] = process.argv.slice(2)
if (what === 'announce') await announceAddresses(name, addresses)
else process.stdout.write(JSON.stringify(await findOwners(name, addresses)))
