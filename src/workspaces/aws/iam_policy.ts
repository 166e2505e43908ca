/** The permissions of an IAM policy, as JSON. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly PolicyStatement[]
}

interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: string
}

/**
 * What `enable`, `update`, `disable`, `describe`, `advise` and `rotate-secret` need, and nothing else.
 * The calls that list can't be restricted to one resource.
 *
 * @param directoryId `*` for all directories of the account.
 */
export function workspacesPolicy(
  directoryId: string,
  { region, account }: { readonly region: string; readonly account: string },
): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ChangeRadiusOfTheDirectory',
        Effect: 'Allow',
        Action: ['ds:EnableRadius', 'ds:UpdateRadius', 'ds:DisableRadius'],
        Resource: `arn:aws:ds:${region}:${account}:directory/${directoryId}`,
      },
      {
        Sid: 'ReadTheDirectory',
        Effect: 'Allow',
        Action: ['ds:DescribeDirectories'],
        Resource: '*',
      },
      {
        Sid: 'ReadItsNetworkForAdvise',
        Effect: 'Allow',
        Action: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeVpcs'],
        Resource: '*',
      },
    ],
  }
}
