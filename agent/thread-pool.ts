/**
 * Two threads of Node's pool can be parked on the virtio port for as long as no host is there: four more are left for
 * files. Import this first: the pool takes its size from the environment when it is used for the first time.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '6'
