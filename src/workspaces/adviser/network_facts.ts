import { isIP } from 'node:net'
import type { AwsDirectory } from '../aws/directory_service.ts'
import type { NetworkApi } from '../aws/network_api.ts'
import type { NetworkFacts } from './advise.ts'

/** Asks EC2 for the network of a directory and of its RADIUS servers. @throws {AwsFailure} */
export async function readNetworkFacts(
  api: NetworkApi,
  { vpcId, controllers, securityGroupId }: AwsDirectory,
  servers: readonly string[],
): Promise<NetworkFacts> {
  const addresses = [...controllers, ...servers].filter((address) => isIP(address) === 4)
  const vpcNetwork = vpcId === undefined ? undefined : await api.vpcNetwork(vpcId)
  const interfaces = addresses.length === 0 ? [] : await api.interfacesWith(addresses)
  const ids = new Set(interfaces.flatMap(({ groupIds }) => groupIds))
  if (securityGroupId !== undefined) ids.add(securityGroupId)
  const groups = await api.securityGroups([...ids])
  return { vpcNetwork, security: { interfaces, groups } }
}
