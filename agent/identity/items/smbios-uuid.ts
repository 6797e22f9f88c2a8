import { notDone, type QuickItem } from './item.ts'

/** The UUID that the firmware shows: it was read into memory at boot, and the memory was copied. */
export const smbiosUuid: QuickItem = {
  name: 'smbios-uuid',
  look: () => () => ({
    ...notDone('stays that of the parent until the next boot, when the firmware shows a new one'),
    actions: [],
  }),
}
