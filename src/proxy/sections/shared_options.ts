import type { Options } from '../../config/option.ts'
import { boolean, port, secret, text } from '../../config/value_type.ts'
import { listenAddress } from './address_value.ts'
import { certificates as certificatesValue } from './certificates_value.ts'
import { certificatesFile } from './file_value.ts'
import { host } from './host_value.ts'

const debug = {
  type: boolean,
  default: 'false',
  meaning: 'logs every step of a login, but no secrets or passcodes',
}
const localAddress = {
  type: listenAddress,
  meaning:
    'local address to listen on; `::` for all addresses, IPv4 and IPv6; default: all IPv4 addresses of the machine',
}
const certificates = {
  type: certificatesFile,
  meaning:
    'PEM file of the certificate authorities to trust for the API; default: those of Node.js',
}
const inlineCertificates = {
  type: certificatesValue,
  ours: true,
  meaning: 'the same certificates in this file, so that no other file is needed; both may be set',
} as const
const proxyHost = { type: host, meaning: 'HTTP proxy through which the API is reached (CONNECT)' }
const proxyPort = { type: port, default: '80', meaning: 'port of that proxy' }

/** Options of `[main]` that are also options of other sections, as their defaults. */
export const inheritableOptions = {
  debug,
  interface: localAddress,
  http_ca_certs_file: certificates,
  http_ca_certs: inlineCertificates,
  http_proxy_host: proxyHost,
  http_proxy_port: proxyPort,
} satisfies Options

export const debugOption = {
  debug: { ...debug, inherited: true },
} satisfies Options

export const interfaceOption = {
  interface: { ...localAddress, inherited: true },
} satisfies Options

/** How the API is reached. */
export const outboundOptions = {
  http_ca_certs_file: { ...certificates, inherited: true },
  http_ca_certs: { ...inlineCertificates, inherited: true },
  http_proxy_host: { ...proxyHost, inherited: true },
  http_proxy_port: { ...proxyPort, inherited: true },
} satisfies Options

export const serviceAccountOptions = {
  service_account_username: { type: text, meaning: 'account that searches the directory' },
  service_account_password: { type: secret, meaning: 'its password' },
} satisfies Options
