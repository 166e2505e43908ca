import type { Product, RadiusFacts } from './product.ts'

/** The appliance checks the password itself, and asks the proxy only for the second factor. */
const secondFactorOnly =
  'Users get a second password field. They type push, phone, sms or a passcode there.'
const vpn = { category: 'VPN and gateways', type: 'radius', client: 'radius' } as const
const wordsOfVpn = ['radius', 'vpn', 'remote access', 'gateway', 'firewall']

function facts(
  timeoutSecs: number,
  steps: readonly string[],
  more: Partial<RadiusFacts> = {},
): RadiusFacts {
  return { timeoutSecs, retries: 1, port: 1812, protocol: 'PAP', steps, ...more }
}

/** Everything that the panel offers to protect, the most frequent first. */
export const catalogue: readonly Product[] = [
  {
    id: 'amazon-workspaces',
    name: 'Amazon WorkSpaces',
    maker: 'Amazon Web Services',
    category: 'Desktops',
    type: 'radius',
    client: 'workspaces',
    icon: 'desktop',
    words: ['aws', 'ad connector', 'directory service', 'managed microsoft ad', 'radius', 'vdi'],
    docs: 'https://docs.aws.amazon.com/directoryservice/latest/admin-guide/ad_connector_mfa.html',
    radius: {
      ...{ timeoutSecs: 20, retries: 0, port: 1812, protocol: 'PAP', steps: [] },
      retriesWithNewPackets: { timeoutSecs: 20, deadlineSecs: 40 },
    },
    notes: [
      'The RADIUS clients are the directory’s two controllers, not the WorkSpaces. Enter both addresses.',
      'The setting applies to the whole directory: other AWS applications that use it then ask for MFA, too.',
      'Simple AD does not support MFA; AD Connector and AWS Managed Microsoft AD do.',
      'Usernames must be the same as in the directory. Users type push or a passcode into “MFA Code”.',
    ],
  },
  {
    ...vpn,
    id: 'cisco-asa',
    name: 'Cisco ASA and Firepower (FTD)',
    maker: 'Cisco',
    icon: 'shield',
    words: [...wordsOfVpn, 'anyconnect', 'secure client', 'asa', 'ftd', 'ssl vpn'],
    docs: 'https://www.cisco.com/c/en/us/support/security/adaptive-security-appliance-asa-software/products-installation-and-configuration-guides-list.html',
    radius: facts(60, [
      'Add an AAA server group with protocol RADIUS, and in it the proxy’s address, port 1812 and the secret below. Set the timeout to 60 seconds.',
      'In the connection profile, keep your directory as primary authentication and choose the new group under Secondary Authentication. Use the primary username.',
      'In the client profile, set the authentication timeout to 60 seconds, or AnyConnect gives up after 12.',
    ]),
    notes: [secondFactorOnly],
  },
  {
    ...vpn,
    id: 'fortinet',
    name: 'Fortinet FortiGate',
    maker: 'Fortinet',
    icon: 'shield',
    words: [...wordsOfVpn, 'fortigate', 'forticlient', 'fortios'],
    docs: 'https://docs.fortinet.com/product/fortigate',
    radius: facts(60, [
      'Add a RADIUS server with the proxy’s address, the secret below and authentication method PAP.',
      'On the command line: config system global, set remoteauthtimeout 60.',
      'Use the server in the user group of the VPN.',
    ]),
    notes: [
      'FortiOS asks one server for the whole sign-in. Use it where another server has checked the password, or the passcode alone is enough.',
      'FortiOS 7.2.10, 7.4.5 and 7.6.1 or later require Message-Authenticator in replies; the proxy sends it.',
    ],
  },
  {
    ...vpn,
    id: 'palo-alto',
    name: 'Palo Alto Networks GlobalProtect',
    maker: 'Palo Alto Networks',
    icon: 'shield',
    words: [...wordsOfVpn, 'globalprotect', 'pan-os', 'panorama'],
    docs: 'https://docs.paloaltonetworks.com/globalprotect',
    radius: facts(
      60,
      [
        'Device, Server Profiles, RADIUS: add the proxy with port 1812, the secret below, protocol PAP, timeout 60 and retries 1.',
        'Add an authentication profile that uses it, and choose it for the gateway. Let the portal check the directory password.',
      ],
      {
        options: [
          {
            key: 'client_ip_attr',
            value: 'paloalto',
            because: 'the firewall sends the user’s address in an attribute of its own',
          },
        ],
      },
    ),
    notes: [
      'With a cookie from the portal the gateway asks again less often; see authentication override.',
    ],
  },
  {
    ...vpn,
    id: 'ivanti',
    name: 'Ivanti Connect Secure (Juniper, Pulse)',
    maker: 'Ivanti',
    icon: 'shield',
    words: [...wordsOfVpn, 'juniper', 'pulse secure', 'ics', 'sa'],
    docs: 'https://help.ivanti.com/',
    radius: facts(60, [
      'Authentication, Auth. Servers: add a RADIUS server with the proxy’s address, port 1812, the secret below, timeout 60 and retries 0.',
      'In the user realm, keep the directory as authentication and choose the new server as additional authentication server, with username USERNAME and password specified by the user.',
    ]),
    notes: [secondFactorOnly],
  },
  {
    ...vpn,
    id: 'check-point',
    name: 'Check Point Remote Access',
    maker: 'Check Point',
    icon: 'shield',
    words: [...wordsOfVpn, 'mobile access', 'endpoint security', 'gaia'],
    docs: 'https://sc1.checkpoint.com/documents/latest/',
    radius: facts(60, [
      'In SmartConsole, add a host for the proxy and a RADIUS server on it: service NEW-RADIUS (1812), the secret below, version 2.0, protocol PAP.',
      'In the gateway’s VPN clients or Mobile Access authentication, add a login option with two factors: directory first, RADIUS second.',
      'In the global properties, set radius_retrant_timeout to 60.',
    ]),
    notes: [
      secondFactorOnly,
      'Old gateways drop replies that have a Message-Authenticator (sk182516). If all requests time out, add message_authenticator_in_replies=false to the section.',
    ],
  },
  {
    ...vpn,
    id: 'sonicwall',
    name: 'SonicWall SMA and firewalls',
    maker: 'SonicWall',
    icon: 'shield',
    words: [...wordsOfVpn, 'netextender', 'sma', 'sonicos'],
    docs: 'https://www.sonicwall.com/support/technical-documentation/',
    radius: facts(60, [
      'Add a RADIUS server with the proxy’s address, port 1812 and the secret below. Set the timeout to 60 seconds and the retries to 1.',
      'Choose PAP as the authentication protocol for the domain.',
    ]),
    notes: ['A firewall asks one server for the whole sign-in; an SMA can ask a second one.'],
  },
  {
    ...vpn,
    id: 'watchguard',
    name: 'WatchGuard Firebox',
    maker: 'WatchGuard',
    icon: 'shield',
    words: [...wordsOfVpn, 'firebox', 'mobile vpn', 'fireware'],
    docs: 'https://www.watchguard.com/help/docs/help-center/en-US/index.html',
    radius: facts(60, [
      'Authentication, Servers, RADIUS: add the proxy’s address, port 1812 and the secret below, timeout 60 seconds, retries 1.',
      'Choose the server for Mobile VPN with SSL.',
    ]),
    notes: [
      'Fireware puts users into a group by Filter-Id; without one, add users to the VPN by name.',
    ],
  },
  {
    ...vpn,
    id: 'openvpn',
    name: 'OpenVPN',
    maker: 'OpenVPN',
    icon: 'shield',
    words: [...wordsOfVpn, 'access server', 'pfsense', 'opnsense', 'radiusplugin'],
    docs: 'https://openvpn.net/as-docs/',
    radius: facts(60, [
      'Access Server: Authentication, RADIUS: add the proxy’s address, port 1812 and the secret below, method PAP.',
      'pfSense, OPNsense: add a RADIUS authentication server with authentication timeout 60, and choose it in the OpenVPN server.',
    ]),
    notes: [
      'openvpn-auth-radius sends a retry as a new request. Set its timeout to 60 seconds and its retries to 1, or users get two pushes.',
    ],
  },
  {
    ...vpn,
    id: 'mikrotik',
    name: 'MikroTik RouterOS',
    maker: 'MikroTik',
    icon: 'router',
    words: [...wordsOfVpn, 'routeros', 'l2tp', 'sstp', 'ppp'],
    docs: 'https://help.mikrotik.com/docs/spaces/ROS/pages/328096/RADIUS',
    radius: facts(60, [
      '/radius add address=PROXY secret=SECRET service=ppp timeout=60s',
      '/ppp aaa set use-radius=yes, and allow only pap in the profile’s authentication.',
    ]),
    notes: [
      'PAP is readable inside the tunnel only: use it with SSTP, L2TP over IPsec or OpenVPN.',
    ],
  },
  {
    ...vpn,
    id: 'netscaler',
    name: 'NetScaler Gateway (Citrix)',
    maker: 'Cloud Software Group',
    icon: 'shield',
    words: [...wordsOfVpn, 'citrix', 'adc', 'storefront', 'nfactor'],
    docs: 'https://docs.netscaler.com/en-us/netscaler-gateway/',
    radius: facts(60, [
      'Add a RADIUS authentication server with the proxy’s address, port 1812, the secret below, time-out 60 seconds and password encoding pap.',
      'Bind LDAP as first factor and this server as second factor (nFactor, or secondary authentication).',
    ]),
    notes: [secondFactorOnly],
  },
  {
    ...vpn,
    id: 'f5-big-ip',
    name: 'F5 BIG-IP APM',
    maker: 'F5',
    icon: 'shield',
    words: [...wordsOfVpn, 'big-ip', 'apm', 'access policy manager'],
    docs: 'https://my.f5.com/manage/s/product/BIG-IP',
    radius: facts(60, [
      'Access, Authentication, RADIUS: add the proxy’s address, port 1812, the secret below, timeout 60 and retries 1.',
      'In the access policy, add RADIUS Auth after AD Auth, with a second password field on the logon page.',
    ]),
    notes: [secondFactorOnly],
  },
  {
    ...vpn,
    id: 'radius',
    name: 'Any RADIUS client',
    maker: 'RFC 2865',
    icon: 'router',
    words: [...wordsOfVpn, 'generic', 'wifi', 'switch', 'nas', 'vmware', 'horizon', 'freeradius'],
    docs: 'https://www.rfc-editor.org/rfc/rfc2865',
    radius: facts(60, [
      'Add a RADIUS server: the proxy’s address, UDP port 1812, the secret below, protocol PAP.',
      'Wait 60 seconds for a reply, and repeat a request once at most.',
    ]),
    notes: [
      'The password field of the request holds the second factor: push, phone, sms or a passcode. The client must have checked the password.',
      'Choose PAP. CHAP and MS-CHAP work, but not with bypass codes or YubiKeys, and a typing error counts as a wrong passcode. EAP does not work.',
    ],
  },
  {
    id: 'ldap-proxy',
    name: 'LDAP application',
    maker: 'LDAP',
    category: 'Directories',
    type: 'radius',
    client: 'ldap',
    icon: 'directory',
    words: ['ldap', 'ldaps', 'active directory', 'bind', 'jenkins', 'gitlab', 'nextcloud'],
    docs: 'https://www.rfc-editor.org/rfc/rfc4513',
    notes: [
      'Countersign’s own proxy does not serve [ldap_server_auto] yet. Duo’s proxy does, and works with this service.',
      'The file below is for Duo’s proxy; add your directory where it says EDIT.',
    ],
  },
  {
    id: 'unix',
    name: 'UNIX: SSH, sudo and PAM',
    maker: 'Duo Unix',
    category: 'Servers',
    type: 'unix',
    client: 'unix',
    icon: 'terminal',
    words: ['linux', 'ssh', 'sudo', 'pam', 'login_duo', 'pam_duo', 'duo_unix', 'bsd', 'debian'],
    docs: 'https://github.com/duosecurity/duo_unix',
    notes: [
      'Users are found by their UNIX names.',
      'Keep a root session open until you have tried it.',
    ],
  },
  {
    id: 'auth-api',
    name: 'Auth API',
    maker: 'Your own application',
    category: 'APIs',
    type: 'authapi',
    client: 'auth_api',
    icon: 'code',
    words: ['api', 'sdk', 'custom', 'website', 'duo_client', 'partner'],
    docs: 'https://duo.com/docs/authapi',
    notes: [
      'Give integration key, secret key and API hostname to a client library of the Auth API.',
    ],
  },
  {
    id: 'admin-api',
    name: 'Admin API',
    maker: 'Your own scripts',
    category: 'APIs',
    type: 'adminapi',
    client: 'admin_api',
    icon: 'settings',
    words: ['api', 'automation', 'terraform', 'siem', 'logs', 'provisioning', 'duo_client'],
    docs: 'https://duo.com/docs/adminapi',
    notes: [
      'A script with these keys can do what you permit below. Only Owners create such applications.',
      'Restrict it to the networks that the script runs in.',
    ],
  },
]

/** @returns `undefined` for an unknown identifier, such as one of a later version. */
export function findProduct(id: string): Product | undefined {
  return catalogue.find((product) => product.id === id)
}
