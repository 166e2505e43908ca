/** One line that people get wrong, and what the Manager must say about it. */
interface TrapLine {
  readonly text: string
  /** `undefined` for lines that are right. */
  readonly expected?: RegExp
}

const right = (text: string): TrapLine => ({ text })
const wrong = (text: string, expected: RegExp): TrapLine => ({ text, expected })

const skey = 'Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep'
const good = 'a-good-secret-of-31-characters.'

const lines: readonly TrapLine[] = [
  wrong('ikey=DIWJ8X6AEYOR5OMC6TQ1', /above the first \[section\]/),
  right('[main]'),
  wrong('failmode=secure', /is a key of \[radius_server_duo_only\], move it there/),
  wrong('debug=maybe', /expected true or false/),
  wrong('log_max_size=10MB', /expected an integer/),
  wrong('log_dir="log"', /quotes are part of the value/),
  wrong('fips_mode=true', /not supported and has no effect/),
  right('[duo_only_client]'),
  wrong('[ad_client', /no closing bracket/),
  wrong('[RADIUS_server_duo_only]', /write it in lower case/),
  right('ikey=DIWJ8X6AEYOR5OMC6TQ1'),
  right(`skey=${skey}`),
  wrong('api_host=https://mfa.corp.test:8443', /write the host name only/),
  wrong('http_ca_certs_file=conf/not-there.pem', /not-there\.pem/),
  right('radius_ip_1=10.0.1.10'),
  right(`radius_secret_1=${good}`),
  wrong('radius_ip_2=10.0.2.10', /radius_secret_2 is missing/),
  wrong('radius_ip_3=vpn.corp.test', /recognised by their address/),
  wrong('radius_secret_3=radiussecret1', /placeholder from the documentation/),
  wrong('radius_ip_4=10.0.4.10:1812', /has a port/),
  wrong('radius_secret_4=short', /radius_secret_4 is short/),
  wrong('radius_ip_5=10.0.5.300', /radius_ip_5/),
  right(`radius_secret_5=${good}`),
  wrong('radius_ip=10.0.6.10', /needs a number/),
  wrong('fialmode=secure', /did you mean failmode/),
  wrong('client=duo_only', /the file has no \[duo_only\]/),
  right('port=1812'),
  wrong('  pw_codec=utf-8', /indented more than line/),
  wrong('port=1813', /already set in line/),
  wrong('exempt_username_1=ann ; the CEO', /includes the text after ; or #/),
  wrong('api_timeout=', /is empty/),
  wrong('no separator here', /neither \[section\] nor key=value/),
  wrong('pass_through_all=true', /not yet supported and has no effect/),
  wrong('client_ip_attr=Calling-Station', /not a known RADIUS attribute/),
  wrong('[radius_server_duo_only2]', /listens on the same port 1812/),
  wrong(`ikey=${skey}`, /ikey has 40 characters|swapped/),
  wrong('skey_protected=sealed1:copied-from-another-machine', /could not be decrypted/),
  wrong('api_host=api-XXXXXXXX.duosecurity.com', /placeholder/),
  right('radius_ip_1=10.0.1.10'),
  right(`radius_secret_1=${good}`),
  wrong('[radius_server_duo_only2]', /is already in line/),
  wrong('[radius_server_iframe]', /not supported/),
  wrong('[ldap_server_auto]', /not yet supported/),
  wrong('[radius_servr_auto]', /did you mean \[radius_server_auto\]/),
]

export const trapText = lines.map(({ text }) => text).join('\n')

export const traps: readonly { readonly line: number; readonly expected: RegExp }[] = lines.flatMap(
  ({ expected }, index) => (expected === undefined ? [] : [{ line: index + 1, expected }]),
)
