/** A server over dns2 that has the same names, with the guards that it leaves to its caller. Its arguments are a port and a zone file. */
import { readFile } from 'node:fs/promises'
import dns2 from 'dns2'

const { Packet } = dns2
const [, , port = '', file = ''] = process.argv
const addresses = new Map<string, string>()
for (const line of (await readFile(file, 'utf8')).split('\n')) {
  const [, name, address] = /^(\S+) A (\S+)$/.exec(line) ?? []
  if (name !== undefined && address !== undefined) addresses.set(`${name}.example.org`, address)
}
const soa = {
  name: 'example.org',
  type: Packet.TYPE.SOA,
  class: Packet.CLASS.IN,
  ttl: 2,
  primary: 'ns.example.org',
  admin: 'hostmaster.example.org',
  serial: 1,
  refresh: 60,
  retry: 10,
  expiration: 604_800,
  minimum: 2,
}

const server = dns2.createServer({
  udp: true,
  tcp: true,
  handle: (request, send) => {
    const response = Packet.createResponseFromRequest(request)
    const [question] = request.questions
    const name = question?.name.toLowerCase() ?? ''
    response.header.aa = 1
    if (request.header.qr || question === undefined) return
    if (request.header.opcode !== 0) response.header.rcode = 4
    else if (name !== 'example.org' && !name.endsWith('.example.org')) {
      response.header.aa = 0
      response.header.rcode = 5
    } else {
      const address = addresses.get(name)
      if (address === undefined) {
        response.header.rcode = 3
        response.authorities.push(soa as never)
      } else if (question.type !== Packet.TYPE.A) response.authorities.push(soa as never)
      else {
        response.answers.push({
          name: question.name,
          type: Packet.TYPE.A,
          class: Packet.CLASS.IN,
          ttl: 2,
          address,
        } as never)
      }
    }
    send(response)
  },
})
const at = { port: Number(port), address: '127.0.0.1' }
await server.listen({ udp: at, tcp: at })
