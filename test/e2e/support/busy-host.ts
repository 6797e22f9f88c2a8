/** A host that asks an agent all the time until it is killed. Its argument is the channel's socket. */
import { connectAgent } from '../../../sdk/guest/connect-agent.ts'

const agent = await connectAgent({ socketPath: process.argv[2] ?? '', peer: 'the agent' })
process.stdout.write('connected\n')
for (;;) await Promise.all([agent.groups(), agent.processes(), agent.groups()])
