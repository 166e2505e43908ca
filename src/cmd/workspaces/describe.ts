import type { Command } from 'commander'
import type { AwsDirectory } from '../../workspaces/aws/directory_service.ts'
import { json } from '../countersign/output.ts'
import { type AwsOptions, awsOptions, withAws } from './aws_options.ts'

/** `workspaces describe` */
export function addDescribeVerb(program: Command): void {
  awsOptions(program.command('describe'))
    .description('show a directory, its controllers and its RADIUS settings; never the secret')
    .action(async (options: AwsOptions) => {
      await withAws(options, async (service) => {
        const directory = await service.describe(options.directory)
        process.stdout.write(
          options.json ? json(directoryJson(directory)) : formatDirectory(directory),
        )
      })
    })
}

/** A directory as the verbs print it for scripts. */
export function directoryJson(directory: AwsDirectory) {
  const { radius, status } = directory
  return {
    directory_id: directory.directoryId,
    name: directory.name,
    type: directory.type,
    stage: directory.stage,
    controllers: directory.controllers,
    vpc_id: directory.vpcId ?? null,
    security_group_id: directory.securityGroupId ?? null,
    radius_status: status ?? null,
    radius:
      radius === undefined
        ? null
        : {
            servers: radius.servers,
            port: radius.port ?? null,
            timeout_secs: radius.timeoutSecs ?? null,
            retries: radius.retries ?? null,
            protocol: radius.protocol ?? null,
            label: radius.label ?? null,
          },
  }
}

/** A directory as the verbs print it for people. */
export function formatDirectory(directory: AwsDirectory): string {
  const { radius, status, type, controllers } = directory
  const rows: readonly (readonly [string, string])[] = [
    ['Directory', `${directory.directoryId} (${type}, ${directory.name})`],
    ['Stage', directory.stage],
    ['Controllers', `${controllers.join(', ') || '-'} (the RADIUS clients: radius_ip_N)`],
    ['RADIUS status', status ?? 'not enabled'],
    ...(radius === undefined
      ? []
      : ([
          ['RADIUS servers', radius.servers.join(', ')],
          ['Port', String(radius.port ?? '-')],
          ['Protocol', radius.protocol ?? '-'],
          ['Server timeout', `${radius.timeoutSecs ?? '-'} s`],
          ['Retries', String(radius.retries ?? '-')],
          ['Display label', radius.label ?? '-'],
        ] as const)),
  ]
  return rows.map(([name, value]) => `${`${name}:`.padEnd(17)}${value}\n`).join('')
}
