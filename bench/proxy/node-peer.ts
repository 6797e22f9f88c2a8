/** `node node-peer.ts http-proxy|httpxy PORT BACKEND`: a proxy over a library, with a keep-alive agent, as their manuals show it. */
import { Agent, createServer } from 'node:http'
import { createProxyServer } from 'httpxy'

const [kind, port, target = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
const options = { target, agent, xfwd: true }

if (kind === 'httpxy') {
  const proxy = createProxyServer(options)
  createServer((request, response) => {
    proxy.web(request, response).catch(() => response.destroy())
  }).listen(Number(port), '127.0.0.1')
} else {
  const { default: httpProxy } = await import('http-proxy')
  const proxy = httpProxy.createProxyServer(options)
  createServer((request, response) => {
    proxy.web(request, response, undefined, () => response.destroy())
  }).listen(Number(port), '127.0.0.1')
}
