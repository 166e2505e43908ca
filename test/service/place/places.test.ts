import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Places } from '../../../src/service/place/places.ts'
import { skipWithout } from '../../rig/debian_package.ts'

const skip = skipWithout(
  'libmaxmind-db-writer-perl',
  // the path of the module contains the machine's architecture
  '/usr/share/doc/libmaxmind-db-writer-perl/copyright',
)

/** Writes the files with MaxMind's own writer, which also writes GeoLite2 City. */
const writer = `
use MaxMind::DB::Writer::Tree;
my %types = (city => 'map', country => 'map', names => 'map', en => 'utf8_string', de => 'utf8_string');
my $tree = MaxMind::DB::Writer::Tree->new(
  ip_version => 6, record_size => 24, database_type => 'GeoLite2-City', languages => ['en', 'de'],
  description => { en => 'test' }, map_key_type_callback => sub { $types{$_[0]} },
  remove_reserved_networks => 0,
);
my ($file, $city) = @ARGV;
my $germany = { names => { en => 'Germany', de => 'Deutschland' } };
$tree->insert_network('203.0.113.0/24', { city => { names => { en => $city } }, country => $germany });
$tree->insert_network('198.51.100.0/24', { country => $germany });
$tree->insert_network('2001:db8:1::/48', { city => { names => { en => $city } }, country => $germany });
$tree->insert_network('192.0.2.0/24', {});
open my $out, '>', $file or die; binmode $out; $tree->write_tree($out); close $out;
`

describe('networks of the organisation', () => {
  const places = Places.open({
    networks: [
      { network: '10.0.0.0/8', name: 'company network' },
      { network: '10.1.0.0/16', name: 'Berlin office' },
      { network: '2001:db8::/32', name: 'IPv6 office' },
      { network: '203.0.113.7', name: 'the kiosk' },
    ],
    geoipDatabase: undefined,
  })

  test('the smallest network that contains the address names it', () => {
    assert.equal(places.lookUp('10.1.2.3'), 'Berlin office')
    assert.equal(places.lookUp('10.2.2.3'), 'company network')
    assert.equal(places.lookUp('::ffff:10.1.2.3'), 'Berlin office')
    assert.equal(places.lookUp('2001:db8::1'), 'IPv6 office')
    assert.equal(places.lookUp('203.0.113.7'), 'the kiosk')
    assert.equal(places.lookUp('203.0.113.8'), '')
  })

  test('text that is no address has no place', () => {
    const junk = ['', 'host.example', '2001:db8::1 50000 2001:db8::2 22', '10.1.2.3/8', '%', '10.1']
    for (const address of junk) assert.equal(places.lookUp(address), '')
  })
})

describe('a database in MaxMind’s format', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'places-'))
  const file = join(folder, 'city.mmdb')
  const write = (to: string, city: string) => {
    const { status, stderr } = spawnSync('perl', ['-e', writer, to, city], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
  let places: Places
  before(() => {
    write(file, 'Berlin')
    const networks = [{ network: '203.0.113.200', name: 'the office' }]
    places = Places.open({ networks, geoipDatabase: file })
  })
  after(() => rmSync(folder, { recursive: true }))

  test('returns city and country, as far as known', () => {
    assert.equal(places.lookUp('203.0.113.9'), 'Berlin, Germany')
    assert.equal(places.lookUp('::ffff:203.0.113.9'), 'Berlin, Germany')
    assert.equal(places.lookUp('2001:db8:1::9'), 'Berlin, Germany')
    assert.equal(places.lookUp('2001:db8:1::9%eth0'), 'Berlin, Germany')
    assert.equal(places.lookUp('198.51.100.1'), 'Germany')
    assert.equal(places.lookUp('192.0.2.1'), '')
    assert.equal(places.lookUp('8.8.8.8'), '')
    assert.equal(places.lookUp('junk'), '')
  })

  test('is used after the networks of the organisation', () => {
    assert.equal(places.lookUp('203.0.113.200'), 'the office')
  })

  test('is read again when it is replaced, and kept while the new file can’t be read', () => {
    const other = join(folder, 'other.mmdb')
    write(other, 'Potsdam')
    copyFileSync(other, file)
    utimesSync(file, 1, 1)
    places.refresh()
    assert.equal(places.lookUp('203.0.113.9'), 'Potsdam, Germany')
    writeFileSync(file, 'half of a file')
    assert.throws(() => places.refresh(), { code: 'GEOIP_DATABASE' })
    assert.equal(places.lookUp('203.0.113.9'), 'Potsdam, Germany')
    rmSync(file)
    places.refresh()
    assert.equal(places.lookUp('203.0.113.9'), 'Potsdam, Germany')
  })

  test('rejects another file format with one line that names the file', () => {
    for (const text of ['', 'junk', '\x1f\x8bgzip']) {
      const none = join(folder, 'none.mmdb')
      writeFileSync(none, text)
      assert.throws(() => Places.open({ networks: [], geoipDatabase: none }), {
        code: 'GEOIP_DATABASE',
        message: /none\.mmdb can't be read as a database .* geoip_database in \[places\]/,
      })
    }
  })
})
