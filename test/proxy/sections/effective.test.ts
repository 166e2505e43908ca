import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { effectiveSections } from '../../../src/proxy/sections/effective.ts'
import { readProxyConfig } from '../../../src/proxy/sections/read_proxy_config.ts'

describe('effectiveSections', () => {
  test('lists every key with its default, with masked secrets', () => {
    const text = `[main]
debug=true
[duo_only_client]
[radius_server_duo_only]
ikey=DIWJ8X6AEYOR5OMC6TQ1
skey=${'a'.repeat(40)}
api_host=api.example.com
radius_ip_1=10.0.1.10
radius_secret_1=${'s'.repeat(24)}
radius_ip_3=10.0.1.11
radius_secret_3=${'t'.repeat(24)}
message_authenticator_in_replies_3=false
exempt_username_1=breakglass
factor_aliases=1=push
`
    const { config } = readProxyConfig(text, '/opt/proxy/conf/authproxy.cfg')
    assert(config !== undefined)
    assert.deepEqual(effectiveSections(config), [
      {
        name: 'main',
        settings: {
          debug: true,
          log_dir: '/opt/proxy/log',
          log_file: true,
          log_max_files: 6,
          log_max_size: 10_485_760,
          log_stdout: false,
          log_syslog: false,
          syslog_facility: 'LOG_USER',
          log_auth_events: false,
          metrics_port: 0,
          metrics_interface: '127.0.0.1',
          send_reports: true,
          workers: 0,
          test_connectivity_on_startup: false,
        },
      },
      {
        name: 'radius_server_duo_only',
        settings: {
          ikey: 'DIWJ8X6AEYOR5OMC6TQ1',
          skey: '*****[40]',
          api_host: 'api.example.com',
          api_max_connections: 64,
          api_max_waiting: 15_000,
          api_port: 443,
          api_timeout: 0,
          failmode: 'safe',
          client: 'duo_only_client',
          port: 1812,
          client_ip_attr: 'Calling-Station-Id',
          pw_codec: 'utf-8',
          factor_aliases: '1=push',
          debug: true,
          radius_ip_1: '10.0.1.10',
          radius_secret_1: '*****',
          message_authenticator_1: 'auto',
          radius_ip_3: '10.0.1.11',
          radius_secret_3: '*****',
          message_authenticator_3: 'auto',
          message_authenticator_in_replies_3: false,
          exempt_username_1: 'breakglass',
        },
      },
    ])
  })
})
