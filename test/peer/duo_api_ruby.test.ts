import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { skipWithout } from '../rig/debian_package.ts'
import { TestService, type TestToken } from '../rig/service.ts'

const ruby = '/usr/bin/ruby'

/**
 * The requests of duo_api_ruby, which Debian does not have: version 5, a date with the local offset,
 * the whole URL in the request line, and answers that are JSON only by exactly that content type.
 */
const script = `
require 'net/http'; require 'json'; require 'time'; require 'openssl'; require 'erb'
ikey, skey = ENV['IKEY'], ENV['SKEY']
config = JSON.parse(ARGV[0])
def encoded(params)
  params.map { |k, v| "#{ERB::Util.url_encode(k)}=#{ERB::Util.url_encode(v)}" }.sort.join('&')
end
call = lambda do |method, path, params|
  json = method == 'POST'
  body = json ? JSON.generate(params.sort.to_h) : ''
  query = json ? '' : encoded(params)
  uri = URI("https://127.0.0.1:#{config['port']}#{path}#{query.empty? ? '' : '?' + query}")
  date = Time.now.rfc2822
  sha512 = ->(text) { OpenSSL::Digest::SHA512.hexdigest(text) }
  lines = [date, method, '127.0.0.1', path, query, sha512.(body), sha512.('')].join("\\n")
  request = Net::HTTP.const_get(method.capitalize).new(uri.to_s)
  request.basic_auth(ikey, OpenSSL::HMAC.hexdigest('SHA512', skey, lines))
  request['Date'] = date
  request['User-Agent'] = 'duo_api_ruby/1.6.0'
  if json
    request['Content-Type'] = 'application/json'
    request.body = body
  end
  Net::HTTP.start(uri.host, uri.port, use_ssl: true, ca_file: config['ca']) do |http|
    response = http.request(request)
    raise "no JSON: #{response['Content-Type']}" unless response['Content-Type'] == 'application/json'
    [response.code.to_i, JSON.parse(response.body)]
  end
end
puts JSON.generate([
  call.('GET', '/auth/v2/check', {}),
  call.('POST', '/auth/v2/preauth', { 'username' => 'zo\\u00eb (1)' }),
  call.('POST', '/auth/v2/auth', { 'username' => 'alice', 'factor' => 'passcode', 'passcode' => config['passcode'] }),
  call.('GET', '/auth/v2/auth_status', { 'txid' => 'a b+c' }),
  call.('GET', '/auth/v2/nothing', {}),
])
`

describe('duo_api_ruby', { skip: skipWithout('ruby', ruby) }, () => {
  let service: TestService
  let token: TestToken

  before(async () => {
    service = await TestService.start()
    const { userId } = await service.addUser({ username: 'alice' })
    token = await service.addToken(userId)
  })
  after(() => service.close())

  test('signs in; its failures are the JSON that it expects', async () => {
    const { ikey, skey } = service.integration
    const config = { port: service.port, ca: service.service.caFile, passcode: token.code(0) }
    const { stdout } = await promisify(execFile)(ruby, ['-e', script, JSON.stringify(config)], {
      env: { ...process.env, TZ: 'America/New_York', IKEY: ikey, SKEY: skey.reveal() },
      timeout: 30_000,
    })
    const [check, preauth, auth, status, nothing] = JSON.parse(stdout)
    assert.deepEqual([check[0], preauth[0], auth[0]], [200, 200, 200])
    assert.equal(preauth[1].response.result, 'enroll')
    assert.equal(auth[1].response.result, 'allow')
    assert.deepEqual([status[0], status[1].message_detail], [400, 'txid'])
    assert.deepEqual([nothing[0], nothing[1].code], [404, 40401])
  })
})
