/** Attribute types that the code asks for by name (RFC 2865 §5, RFC 2869 §5, RFC 3579 §3). */
export const Type = {
  UserName: 1,
  UserPassword: 2,
  ChapPassword: 3,
  NasIpAddress: 4,
  NasPort: 5,
  ReplyMessage: 18,
  State: 24,
  Class: 25,
  VendorSpecific: 26,
  CallingStationId: 31,
  NasIdentifier: 32,
  ProxyState: 33,
  ChapChallenge: 60,
  ArapPassword: 70,
  EapMessage: 79,
  MessageAuthenticator: 80,
} as const

/** How the value of an attribute is to be read (RFC 8044 §3). */
export type AttributeKind =
  | 'text'
  | 'string'
  | 'integer'
  | 'enum'
  | 'time'
  | 'ipv4addr'
  | 'ipv6addr'
  | 'ipv6prefix'
  | 'ifid'
  | 'concat'
  | 'vsa'

export interface AttributeDefinition {
  readonly name: string
  /** 1 to 255; of the vendor's own numbering where `vendor` is there. */
  readonly type: number
  readonly kind: AttributeKind
  /** SMI Network Management Private Enterprise Code (RFC 2865 §5.26). */
  readonly vendor?: number
  /** Its first octet may be a tag that groups it with others (RFC 2868 §3). */
  readonly tagged?: boolean
}

const standard: Readonly<Record<AttributeKind, string>> = {
  text: `1 User-Name, 11 Filter-Id, 18 Reply-Message, 19 Callback-Number, 20 Callback-Id, 22 Framed-Route,
    30 Called-Station-Id, 31 Calling-Station-Id, 32 NAS-Identifier, 34 Login-LAT-Service, 35 Login-LAT-Node,
    39 Framed-AppleTalk-Zone, 44 Acct-Session-Id, 50 Acct-Multi-Session-Id, 58 Egress-VLAN-Name,
    63 Login-LAT-Port, 66 Tunnel-Client-Endpoint, 67 Tunnel-Server-Endpoint, 68 Acct-Tunnel-Connection,
    74 ARAP-Security-Data, 77 Connect-Info, 78 Configuration-Token, 81 Tunnel-Private-Group-Id,
    82 Tunnel-Assignment-Id, 87 NAS-Port-Id, 88 Framed-Pool, 90 Tunnel-Client-Auth-Id,
    91 Tunnel-Server-Auth-Id, 92 NAS-Filter-Rule, 99 Framed-IPv6-Route, 100 Framed-IPv6-Pool,
    126 Operator-Name`,
  string: `2 User-Password, 3 CHAP-Password, 24 State, 25 Class, 33 Proxy-State, 36 Login-LAT-Group,
    60 CHAP-Challenge, 69 Tunnel-Password, 70 ARAP-Password, 71 ARAP-Features, 80 Message-Authenticator,
    84 ARAP-Challenge-Response, 89 Chargeable-User-Identity`,
  integer: `5 NAS-Port, 12 Framed-MTU, 16 Login-TCP-Port, 23 Framed-IPX-Network, 27 Session-Timeout,
    28 Idle-Timeout, 37 Framed-AppleTalk-Link, 38 Framed-AppleTalk-Network, 41 Acct-Delay-Time,
    42 Acct-Input-Octets, 43 Acct-Output-Octets, 46 Acct-Session-Time, 47 Acct-Input-Packets,
    48 Acct-Output-Packets, 51 Acct-Link-Count, 52 Acct-Input-Gigawords, 53 Acct-Output-Gigawords,
    56 Egress-VLANID, 62 Port-Limit, 73 ARAP-Security, 75 Password-Retry, 83 Tunnel-Preference,
    85 Acct-Interim-Interval, 86 Acct-Tunnel-Packets-Lost`,
  enum: `6 Service-Type, 7 Framed-Protocol, 10 Framed-Routing, 13 Framed-Compression, 15 Login-Service,
    29 Termination-Action, 40 Acct-Status-Type, 45 Acct-Authentic, 49 Acct-Terminate-Cause,
    57 Ingress-Filters, 61 NAS-Port-Type, 64 Tunnel-Type, 65 Tunnel-Medium-Type, 72 ARAP-Zone-Access,
    76 Prompt, 101 Error-Cause`,
  time: '55 Event-Timestamp',
  ipv4addr: `4 NAS-IP-Address, 8 Framed-IP-Address, 9 Framed-IP-Netmask, 14 Login-IP-Host`,
  ipv6addr: `95 NAS-IPv6-Address, 98 Login-IPv6-Host, 168 Framed-IPv6-Address,
    169 DNS-Server-IPv6-Address`,
  ipv6prefix: '97 Framed-IPv6-Prefix, 123 Delegated-IPv6-Prefix',
  ifid: '96 Framed-Interface-Id',
  concat: '79 EAP-Message',
  vsa: '26 Vendor-Specific',
}

/** Per vendor: its number, and its attributes by kind. */
const vendors: readonly (readonly [number, Partial<Record<AttributeKind, string>>])[] = [
  [9, { text: '1 Cisco-AVPair, 2 Cisco-NAS-Port, 250 Cisco-Account-Info' }],
  [66, { text: '14 Citrix-Group-Names, 15 Citrix-Group-Ids, 16 Citrix-User-Groups' }],
  [
    311,
    {
      string: `1 MS-CHAP-Response, 2 MS-CHAP-Error, 10 MS-CHAP-Domain, 11 MS-CHAP-Challenge,
        12 MS-CHAP-MPPE-Keys, 16 MS-MPPE-Send-Key, 17 MS-MPPE-Recv-Key, 25 MS-CHAP2-Response,
        26 MS-CHAP2-Success, 27 MS-CHAP2-CPW`,
      enum: '7 MS-MPPE-Encryption-Policy, 8 MS-MPPE-Encryption-Types',
      ipv4addr: `28 MS-Primary-DNS-Server, 29 MS-Secondary-DNS-Server, 30 MS-Primary-NBNS-Server,
        31 MS-Secondary-NBNS-Server`,
    },
  ],
  [
    2636,
    {
      text: `1 Juniper-Local-User-Name, 2 Juniper-Allow-Commands, 3 Juniper-Deny-Commands,
        4 Juniper-Allow-Configuration, 5 Juniper-Deny-Configuration, 10 Juniper-User-Permissions,
        46 Juniper-Local-Group-Name, 52 Juniper-AV-Pair`,
    },
  ],
  [
    3076,
    {
      text: '25 ASA-Group-Policy, 146 ASA-TunnelGroupName',
      integer: '150 ASA-ClientType, 151 ASA-SessionType',
    },
  ],
  [
    3375,
    {
      text: '3 F5-LTM-User-Partition, 5 F5-LTM-User-Shell, 12 F5-LTM-User-Info-1',
      integer: '1 F5-LTM-User-Role, 2 F5-LTM-User-Role-Universal, 4 F5-LTM-User-Console',
    },
  ],
  [
    12356,
    {
      text: '1 Fortinet-Group-Name, 3 Fortinet-Vdom-Name, 6 Fortinet-Access-Profile',
      ipv4addr: '2 Fortinet-Client-IP-Address',
    },
  ],
  [14823, { text: '1 Aruba-User-Role', integer: '2 Aruba-User-Vlan' }],
  [
    25461,
    {
      text: `1 PaloAlto-Admin-Role, 2 PaloAlto-Admin-Access-Domain, 3 PaloAlto-Panorama-Admin-Role,
        4 PaloAlto-Panorama-Admin-Access-Domain, 5 PaloAlto-User-Group, 6 PaloAlto-User-Domain,
        7 PaloAlto-Client-Source-IP, 8 PaloAlto-Client-OS, 9 PaloAlto-Client-Hostname,
        10 PaloAlto-GlobalProtect-Client-Version`,
    },
  ],
]

/** Every attribute known by name: IANA's "RADIUS Types" and the vendors that appliances speak. */
export const attributeDefinitions: readonly AttributeDefinition[] = [
  ...definitions(standard),
  ...vendors.flatMap(([vendor, byKind]) =>
    definitions(byKind).map((definition) => ({ ...definition, vendor })),
  ),
]

const byName = new Map(
  attributeDefinitions.map((definition) => [definition.name.toLowerCase(), definition]),
)

/** The attribute of that name, whatever its case; `undefined` where none is known. */
export function attributeNamed(name: string): AttributeDefinition | undefined {
  return byName.get(name.toLowerCase())
}

function definitions(byKind: Partial<Record<AttributeKind, string>>): AttributeDefinition[] {
  return kindsOf(byKind).flatMap(([kind, list]) =>
    list.split(',').map((entry) => {
      const [type = '', name = ''] = entry.trim().split(/\s+/)
      return { name, type: Number(type), kind }
    }),
  )
}

function kindsOf(byKind: Partial<Record<AttributeKind, string>>): [AttributeKind, string][] {
  const kinds: AttributeKind[] = [
    'text',
    'string',
    'integer',
    'enum',
    'time',
    'ipv4addr',
    'ipv6addr',
    'ipv6prefix',
    'ifid',
    'concat',
    'vsa',
  ]
  return kinds.flatMap((kind) => {
    const list = byKind[kind]
    return list === undefined ? [] : [[kind, list] satisfies [AttributeKind, string]]
  })
}
