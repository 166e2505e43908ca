/** What to do instead of a section that this version does not support. */
export const advice = {
  removeSection:
    'this version serves [radius_server_duo_only] with [duo_only_client]; remove the section',
  useDuoOnly:
    'this version checks no passwords, the appliance or directory does (as with Amazon WorkSpaces); remove the section and use [radius_server_duo_only]',
  renameToDuoOnly:
    'this version checks no passwords; where the appliance or directory does (as with Amazon WorkSpaces), rename the section to [radius_server_duo_only]',
} as const
