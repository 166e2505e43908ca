import { isIPv4 } from 'node:net'
import type { WorkspacesDirectory } from '../directory/directory.ts'
import type { RadiusSettings } from '../radius_settings/radius_settings.ts'

/** `DirectoryDescription` of AWS's API. Never contains the shared secret. */
export function describeForAws({ identity, controllers, radius }: WorkspacesDirectory): object {
  const { directoryId, name, shortName, type, launchTime } = identity
  const addresses = controllers.map((controller) => controller.addresses.address)
  const zones = controllers.map(({ zone }) => zone)
  const isConnector = type === 'ADConnector'
  const network = {
    VpcId: 'vpc-0c0ffee0c0ffee000',
    SubnetIds: zones.map((_zone, index) => `subnet-0c0ffee0c0ffee00${index + 1}`),
    AvailabilityZones: zones,
  }
  const seconds = launchTime / 1000
  return {
    DirectoryId: directoryId,
    Name: name,
    ShortName: shortName,
    Alias: directoryId,
    AccessUrl: `${directoryId}.awsapps.com`,
    Description: 'simulated by Countersign',
    // those of a connector are the DNS servers of the customer, and no sources of RADIUS requests
    DnsIpAddrs: isConnector ? ['10.0.0.2'] : addresses.filter((address) => isIPv4(address)),
    Stage: 'Active',
    LaunchTime: seconds,
    StageLastUpdatedDateTime: seconds,
    Type: type,
    Size: 'Small',
    SsoEnabled: false,
    DesiredNumberOfDomainControllers: type === 'MicrosoftAD' ? controllers.length : 0,
    ...(type === 'MicrosoftAD' ? { Edition: 'Standard' } : {}),
    ...(isConnector
      ? {
          ConnectSettings: {
            ...network,
            CustomerUserName: 'connector',
            SecurityGroupId: 'sg-0c0ffee0c0ffee000',
            ConnectIps: addresses,
          },
        }
      : { VpcSettings: { ...network, SecurityGroupId: 'sg-0c0ffee0c0ffee000' } }),
    ...(radius === undefined
      ? {}
      : { RadiusSettings: describeSettings(radius.settings), RadiusStatus: radius.status }),
  }
}

function describeSettings(settings: RadiusSettings): object {
  const { SharedSecret: _secret, RadiusServersIpv6: ipv6, ...shown } = settings
  return ipv6.length === 0 ? shown : { ...shown, RadiusServersIpv6: ipv6 }
}
