/** Data type of an attribute's value (RFC 8044 §3). */
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
  | 'extended'

/** Type, name, kind, and whether the first octet may be a tag (RFC 2868 §3). */
export type DictionaryRow = readonly [
  type: number,
  name: string,
  kind: AttributeKind,
  tagged?: 'tagged',
]

/** Attributes of RFC 2865, 2866, 2867, 2868, 2869, 3162, 3579, 4372, 4675, 4818, 4849, 5176, 5580, 5607, 6911, 6929 and 7155. */
export const standardAttributes: readonly DictionaryRow[] = [
  [1, 'User-Name', 'text'],
  [2, 'User-Password', 'string'],
  [3, 'CHAP-Password', 'string'],
  [4, 'NAS-IP-Address', 'ipv4addr'],
  [5, 'NAS-Port', 'integer'],
  [6, 'Service-Type', 'enum'],
  [7, 'Framed-Protocol', 'enum'],
  [8, 'Framed-IP-Address', 'ipv4addr'],
  [9, 'Framed-IP-Netmask', 'ipv4addr'],
  [10, 'Framed-Routing', 'enum'],
  [11, 'Filter-Id', 'text'],
  [12, 'Framed-MTU', 'integer'],
  [13, 'Framed-Compression', 'enum'],
  [14, 'Login-IP-Host', 'ipv4addr'],
  [15, 'Login-Service', 'enum'],
  [16, 'Login-TCP-Port', 'integer'],
  [18, 'Reply-Message', 'text'],
  [19, 'Callback-Number', 'text'],
  [20, 'Callback-Id', 'text'],
  [22, 'Framed-Route', 'text'],
  [23, 'Framed-IPX-Network', 'integer'],
  [24, 'State', 'string'],
  [25, 'Class', 'string'],
  [26, 'Vendor-Specific', 'vsa'],
  [27, 'Session-Timeout', 'integer'],
  [28, 'Idle-Timeout', 'integer'],
  [29, 'Termination-Action', 'enum'],
  [30, 'Called-Station-Id', 'text'],
  [31, 'Calling-Station-Id', 'text'],
  [32, 'NAS-Identifier', 'text'],
  [33, 'Proxy-State', 'string'],
  [34, 'Login-LAT-Service', 'text'],
  [35, 'Login-LAT-Node', 'text'],
  [36, 'Login-LAT-Group', 'string'],
  [37, 'Framed-AppleTalk-Link', 'integer'],
  [38, 'Framed-AppleTalk-Network', 'integer'],
  [39, 'Framed-AppleTalk-Zone', 'text'],
  [40, 'Acct-Status-Type', 'enum'],
  [41, 'Acct-Delay-Time', 'integer'],
  [42, 'Acct-Input-Octets', 'integer'],
  [43, 'Acct-Output-Octets', 'integer'],
  [44, 'Acct-Session-Id', 'text'],
  [45, 'Acct-Authentic', 'enum'],
  [46, 'Acct-Session-Time', 'integer'],
  [47, 'Acct-Input-Packets', 'integer'],
  [48, 'Acct-Output-Packets', 'integer'],
  [49, 'Acct-Terminate-Cause', 'enum'],
  [50, 'Acct-Multi-Session-Id', 'text'],
  [51, 'Acct-Link-Count', 'integer'],
  [52, 'Acct-Input-Gigawords', 'integer'],
  [53, 'Acct-Output-Gigawords', 'integer'],
  [55, 'Event-Timestamp', 'time'],
  [56, 'Egress-VLANID', 'integer'],
  [57, 'Ingress-Filters', 'enum'],
  [58, 'Egress-VLAN-Name', 'text'],
  [59, 'User-Priority-Table', 'string'],
  [60, 'CHAP-Challenge', 'string'],
  [61, 'NAS-Port-Type', 'enum'],
  [62, 'Port-Limit', 'integer'],
  [63, 'Login-LAT-Port', 'text'],
  [64, 'Tunnel-Type', 'enum', 'tagged'],
  [65, 'Tunnel-Medium-Type', 'enum', 'tagged'],
  [66, 'Tunnel-Client-Endpoint', 'text', 'tagged'],
  [67, 'Tunnel-Server-Endpoint', 'text', 'tagged'],
  [68, 'Acct-Tunnel-Connection', 'text'],
  [69, 'Tunnel-Password', 'string', 'tagged'],
  [70, 'ARAP-Password', 'string'],
  [71, 'ARAP-Features', 'string'],
  [72, 'ARAP-Zone-Access', 'enum'],
  [73, 'ARAP-Security', 'integer'],
  [74, 'ARAP-Security-Data', 'text'],
  [75, 'Password-Retry', 'integer'],
  [76, 'Prompt', 'enum'],
  [77, 'Connect-Info', 'text'],
  [78, 'Configuration-Token', 'text'],
  [79, 'EAP-Message', 'concat'],
  [80, 'Message-Authenticator', 'string'],
  [81, 'Tunnel-Private-Group-Id', 'text', 'tagged'],
  [82, 'Tunnel-Assignment-Id', 'text', 'tagged'],
  [83, 'Tunnel-Preference', 'integer', 'tagged'],
  [84, 'ARAP-Challenge-Response', 'string'],
  [85, 'Acct-Interim-Interval', 'integer'],
  [86, 'Acct-Tunnel-Packets-Lost', 'integer'],
  [87, 'NAS-Port-Id', 'text'],
  [88, 'Framed-Pool', 'text'],
  [89, 'Chargeable-User-Identity', 'string'],
  [90, 'Tunnel-Client-Auth-Id', 'text', 'tagged'],
  [91, 'Tunnel-Server-Auth-Id', 'text', 'tagged'],
  [92, 'NAS-Filter-Rule', 'text'],
  [94, 'Originating-Line-Info', 'string'],
  [95, 'NAS-IPv6-Address', 'ipv6addr'],
  [96, 'Framed-Interface-Id', 'ifid'],
  [97, 'Framed-IPv6-Prefix', 'ipv6prefix'],
  [98, 'Login-IPv6-Host', 'ipv6addr'],
  [99, 'Framed-IPv6-Route', 'text'],
  [100, 'Framed-IPv6-Pool', 'text'],
  [101, 'Error-Cause', 'enum'],
  [123, 'Delegated-IPv6-Prefix', 'ipv6prefix'],
  [126, 'Operator-Name', 'text'],
  [133, 'Framed-Management', 'enum'],
  [134, 'Management-Transport-Protection', 'enum'],
  [135, 'Management-Policy-Id', 'text'],
  [136, 'Management-Privilege-Level', 'integer'],
  [168, 'Framed-IPv6-Address', 'ipv6addr'],
  [169, 'DNS-Server-IPv6-Address', 'ipv6addr'],
  [170, 'Route-IPv6-Information', 'ipv6prefix'],
  [171, 'Delegated-IPv6-Prefix-Pool', 'text'],
  [172, 'Stateful-IPv6-Address-Pool', 'text'],
  [241, 'Extended-Attribute-1', 'extended'],
  [242, 'Extended-Attribute-2', 'extended'],
  [243, 'Extended-Attribute-3', 'extended'],
  [244, 'Extended-Attribute-4', 'extended'],
  [245, 'Extended-Attribute-5', 'extended'],
  [246, 'Extended-Attribute-6', 'extended'],
]

/** Attributes of vendors, by SMI Network Management Private Enterprise Code (RFC 2865 §5.26). */
export const vendorAttributes: Readonly<Record<number, readonly DictionaryRow[]>> = {
  // Cisco
  9: [
    [1, 'Cisco-AVPair', 'text'],
    [2, 'Cisco-NAS-Port', 'text'],
    [250, 'Cisco-Account-Info', 'text'],
  ],
  // Citrix
  66: [
    [14, 'Citrix-Group-Names', 'text'],
    [15, 'Citrix-Group-Ids', 'text'],
    [16, 'Citrix-User-Groups', 'text'],
  ],
  // Microsoft
  311: [
    [1, 'MS-CHAP-Response', 'string'],
    [2, 'MS-CHAP-Error', 'text'],
    [7, 'MS-MPPE-Encryption-Policy', 'enum'],
    [8, 'MS-MPPE-Encryption-Types', 'enum'],
    [10, 'MS-CHAP-Domain', 'text'],
    [11, 'MS-CHAP-Challenge', 'string'],
    [12, 'MS-CHAP-MPPE-Keys', 'string'],
    [16, 'MS-MPPE-Send-Key', 'string'],
    [17, 'MS-MPPE-Recv-Key', 'string'],
    [18, 'MS-RAS-Version', 'text'],
    [25, 'MS-CHAP2-Response', 'string'],
    [26, 'MS-CHAP2-Success', 'string'],
    [27, 'MS-CHAP2-CPW', 'string'],
    [28, 'MS-Primary-DNS-Server', 'ipv4addr'],
    [29, 'MS-Secondary-DNS-Server', 'ipv4addr'],
    [30, 'MS-Primary-NBNS-Server', 'ipv4addr'],
    [31, 'MS-Secondary-NBNS-Server', 'ipv4addr'],
    [34, 'MS-RAS-Client-Name', 'text'],
    [35, 'MS-RAS-Client-Version', 'text'],
    [50, 'MS-Machine-Name', 'text'],
  ],
  // Check Point
  2620: [
    [229, 'CP-Gaia-User-Role', 'text'],
    [230, 'CP-Gaia-SuperUser-Access', 'integer'],
  ],
  // Juniper
  2636: [
    [1, 'Juniper-Local-User-Name', 'text'],
    [2, 'Juniper-Allow-Commands', 'text'],
    [3, 'Juniper-Deny-Commands', 'text'],
    [4, 'Juniper-Allow-Configuration', 'text'],
    [5, 'Juniper-Deny-Configuration', 'text'],
    [10, 'Juniper-User-Permissions', 'text'],
    [46, 'Juniper-Local-Group-Name', 'text'],
    [52, 'Juniper-AV-Pair', 'text'],
  ],
  // Cisco ASA
  3076: [
    [25, 'ASA-Group-Policy', 'text'],
    [146, 'ASA-TunnelGroupName', 'text'],
    [150, 'ASA-ClientType', 'integer'],
    [151, 'ASA-SessionType', 'integer'],
  ],
  // NetScreen
  3224: [
    [1, 'NS-Admin-Privilege', 'integer'],
    [2, 'NS-VSYS-Name', 'text'],
    [3, 'NS-User-Group', 'text'],
  ],
  // F5
  3375: [
    [1, 'F5-LTM-User-Role', 'integer'],
    [2, 'F5-LTM-User-Role-Universal', 'integer'],
    [3, 'F5-LTM-User-Partition', 'text'],
    [4, 'F5-LTM-User-Console', 'integer'],
    [5, 'F5-LTM-User-Shell', 'text'],
    [12, 'F5-LTM-User-Info-1', 'text'],
    [13, 'F5-LTM-User-Info-2', 'text'],
  ],
  // SonicWall
  8741: [
    [1, 'SonicWall-User-Privilege', 'integer'],
    [3, 'SonicWall-User-Group', 'text'],
  ],
  // Fortinet
  12356: [
    [1, 'Fortinet-Group-Name', 'text'],
    [2, 'Fortinet-Client-IP-Address', 'ipv4addr'],
    [3, 'Fortinet-Vdom-Name', 'text'],
    [5, 'Fortinet-Interface-Name', 'text'],
    [6, 'Fortinet-Access-Profile', 'text'],
  ],
  // Aruba
  14823: [
    [1, 'Aruba-User-Role', 'text'],
    [2, 'Aruba-User-Vlan', 'integer'],
    [4, 'Aruba-Admin-Role', 'text'],
  ],
  // Palo Alto
  25461: [
    [1, 'PaloAlto-Admin-Role', 'text'],
    [2, 'PaloAlto-Admin-Access-Domain', 'text'],
    [3, 'PaloAlto-Panorama-Admin-Role', 'text'],
    [4, 'PaloAlto-Panorama-Admin-Access-Domain', 'text'],
    [5, 'PaloAlto-User-Group', 'text'],
    [6, 'PaloAlto-User-Domain', 'text'],
    [7, 'PaloAlto-Client-Source-IP', 'text'],
    [8, 'PaloAlto-Client-OS', 'text'],
    [9, 'PaloAlto-Client-Hostname', 'text'],
    [10, 'PaloAlto-GlobalProtect-Client-Version', 'text'],
  ],
}
