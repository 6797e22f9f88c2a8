/** The command line: every command and how they are grouped. */
import { Command } from 'commander'
import { releaseVersion } from '../../proto/version.ts'
import { addDiskAttach } from './commands/disk-attach.ts'
import { addDiskCreate } from './commands/disk-create.ts'
import { addDiskDelete } from './commands/disk-delete.ts'
import { addDiskDetach } from './commands/disk-detach.ts'
import { addDiskFlatten } from './commands/disk-flatten.ts'
import { addDiskList } from './commands/disk-list.ts'
import { addDiskMove } from './commands/disk-move.ts'
import { addDns } from './commands/dns.ts'
import { addDoctor } from './commands/doctor.ts'
import { addGroupMayPart } from './commands/group-may-part.ts'
import { addGroupStart } from './commands/group-start.ts'
import { addGroupStop } from './commands/group-stop.ts'
import { addGroups } from './commands/groups.ts'
import { addImageBuild } from './commands/image-build.ts'
import { addImageList } from './commands/image-list.ts'
import { addMerge } from './commands/merge.ts'
import { addOperationsList } from './commands/operations-list.ts'
import { addOperationsRecover } from './commands/operations-recover.ts'
import { addOperationsShow } from './commands/operations-show.ts'
import { addProcesses } from './commands/processes.ts'
import { addProxy } from './commands/proxy.ts'
import { addResources } from './commands/resources.ts'
import { addRoutesList } from './commands/routes-list.ts'
import { addRoutesPush } from './commands/routes-push.ts'
import { addSplit } from './commands/split.ts'
import { addVmConsole } from './commands/vm-console.ts'
import { addVmCreate } from './commands/vm-create.ts'
import { addVmDelete } from './commands/vm-delete.ts'
import { addVmFlatten } from './commands/vm-flatten.ts'
import { addVmList } from './commands/vm-list.ts'
import { addVmShow } from './commands/vm-show.ts'
import { addVmStart } from './commands/vm-start.ts'
import { addVmStop } from './commands/vm-stop.ts'
import { addVmTop } from './commands/vm-top.ts'
import { addVmTree } from './commands/vm-tree.ts'
import { examples } from './frame/examples.ts'
import { addSharedOptions } from './frame/frame.ts'
import { throwUsageErrors } from './frame/usage-error.ts'

export function createProgram(): Command {
  const program = addSharedOptions(new Command('cleave'))
    .description('Splits a running virtual machine into several by workload, and merges them back.')
    .version(releaseVersion)
    .configureHelp({ showGlobalOptions: true })
    // Told by whoever runs the program, like every other error.
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      'after',
      examples(['doctor', 'image build', 'vm create shop1 --start', 'groups shop1', 'split shop1 --into 2']),
    )

  addDoctor(program)
  const image = program.command('image').description('guest images')
  addImageBuild(image)
  addImageList(image)
  const vm = program.command('vm').description('machines')
  addVmCreate(vm)
  addVmList(vm)
  addVmShow(vm)
  addVmTree(vm)
  addVmTop(vm)
  addVmStart(vm)
  addVmStop(vm)
  addVmFlatten(vm)
  addVmDelete(vm)
  addVmConsole(vm)
  addGroups(program)
  const group = program.command('group').description('one group of a guest')
  addGroupMayPart(group)
  addGroupStart(group)
  addGroupStop(group)
  addProcesses(program)
  addSplit(program)
  addMerge(program)
  const disk = program.command('disk').description('disks of groups, which move with them')
  addDiskCreate(disk)
  addDiskList(disk)
  addDiskAttach(disk)
  addDiskDetach(disk)
  addDiskFlatten(disk)
  addDiskMove(disk)
  addDiskDelete(disk)
  addResources(program)
  const routes = program.command('routes').description('where clients of groups are sent')
  addRoutesList(routes)
  addRoutesPush(routes)
  const operations = program
    .command('operations')
    .description('what was done to machines, and what is under way')
  addOperationsList(operations)
  addOperationsShow(operations)
  addOperationsRecover(operations)
  addDns(program)

  addProxy(program)

  throwUsageErrors(program)
  return program
}
