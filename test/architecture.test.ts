import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import { ImportRules, type Room } from './rig/import_rules.ts'

/** A file belongs to the room with the longest matching folder; paths start at `src/`. */
const rooms: Readonly<Record<string, Room>> = {
  host: {
    node: ['node:child_process', 'node:fs', 'node:fs/promises', 'node:path', 'node:util'],
    packages: ['rotating-file-stream'],
  },
  config: {},
  web_page: {},
  radius: { node: ['node:crypto'] },
  'radius/udp': {
    rooms: ['host', 'radius'],
    node: ['node:crypto', 'node:dgram', 'node:events', 'node:fs', 'node:fs/promises', 'node:net'],
    packages: ['ipaddr.js'],
  },
  duo: { node: ['node:crypto'] },
  'duo/https': {
    rooms: ['duo', 'host'],
    node: [
      'node:crypto',
      'node:dns/promises',
      'node:fs',
      'node:net',
      'node:timers/promises',
      'node:tls',
    ],
    packages: ['undici', 'ws'],
  },
  push: {},
  'proxy/login': { rooms: ['radius'] },
  'proxy/sections': {
    rooms: ['config', 'host', 'radius', 'radius/udp'],
    node: ['node:crypto', 'node:fs', 'node:net', 'node:path'],
  },
  'proxy/primary': { rooms: ['proxy/login'] },
  'proxy/primary_only': { rooms: ['host'], node: ['node:fs', 'node:path'] },
  'proxy/second_factor': { rooms: ['duo', 'host', 'proxy/login', 'proxy/primary', 'radius'] },
  'proxy/mode': { rooms: ['proxy/login', 'proxy/primary', 'proxy/second_factor'] },
  'proxy/front': {
    rooms: [
      'duo',
      'host',
      'proxy/login',
      'proxy/sections',
      'radius',
      'radius/udp',
      'workspaces/guide',
    ],
    node: ['node:crypto', 'node:net'],
  },
  'proxy/report': {
    rooms: ['duo', 'duo/https', 'host', 'proxy/front', 'proxy/sections', 'radius/udp'],
    node: ['node:crypto', 'node:fs', 'node:path'],
  },
  'proxy/control': {
    rooms: ['host', 'proxy/report', 'radius/udp'],
    node: ['node:fs', 'node:net'],
  },
  'proxy/metrics': {
    rooms: ['duo/https', 'proxy/control', 'proxy/report', 'proxy/second_factor', 'radius/udp'],
    node: ['node:events', 'node:http', 'node:net'],
    packages: ['prom-client'],
  },
  proxy: {
    rooms: [
      'duo',
      'config',
      'duo/https',
      'host',
      'proxy/control',
      'proxy/front',
      'proxy/login',
      'proxy/metrics',
      'proxy/mode',
      'proxy/primary',
      'proxy/primary_only',
      'proxy/report',
      'proxy/second_factor',
      'proxy/sections',
      'radius/udp',
    ],
    node: ['node:os', 'node:path'],
  },
  'proxy/workers': {
    rooms: [
      'duo',
      'duo/https',
      'host',
      'proxy',
      'proxy/control',
      'proxy/front',
      'proxy/primary_only',
      'proxy/report',
      'proxy/second_factor',
      'proxy/sections',
      'radius/udp',
    ],
    node: ['node:child_process', 'node:fs', 'node:timers/promises'],
  },
  'service/people/username': { rooms: ['duo'] },
  'service/store': {
    rooms: ['host', 'service/people/username'],
    node: [
      'node:async_hooks',
      'node:crypto',
      'node:fs',
      'node:fs/promises',
      'node:net',
      'node:path',
      'node:sqlite',
    ],
    packages: ['kysely', 'pg'],
  },
  'service/applications': { rooms: ['host', 'service/store'], packages: ['kysely'] },
  'service/applications/policy': {
    rooms: ['service/applications', 'service/store'],
    packages: ['ipaddr.js', 'kysely', 'zod'],
  },
  'workspaces/guide': {},
  'workspaces/aws': {
    rooms: ['host', 'workspaces/radius_settings'],
    node: ['node:crypto'],
    packages: ['@aws-sdk/client-directory-service', 'fast-xml-parser'],
  },
  'workspaces/adviser': {
    rooms: [
      'config',
      'host',
      'proxy/sections',
      'radius',
      'radius/udp',
      'workspaces/aws',
      'workspaces/guide',
      'workspaces/radius_settings',
    ],
    node: ['node:crypto', 'node:fs', 'node:net'],
  },
  'service/applications/client': { rooms: ['host', 'service/applications', 'workspaces/guide'] },
  'service/audit': { rooms: ['host', 'service/store'], packages: ['kysely'] },
  'service/people': {
    rooms: ['duo', 'host', 'service/people/username', 'service/store'],
    packages: ['kysely'],
  },
  'service/people/user_file': {
    rooms: ['service/people', 'service/people/username'],
    node: ['node:stream'],
    packages: ['csv-parse', 'csv-stringify'],
  },
  'service/authenticators/token_files': {
    rooms: ['host', 'service/people'],
    node: ['node:crypto'],
    packages: ['fast-xml-parser', 'otpauth'],
  },
  'service/authenticators/passcode': { rooms: ['service/store'] },
  'service/authenticators/oath': {
    rooms: [
      'host',
      'service/authenticators',
      'service/authenticators/passcode',
      'service/authenticators/token_files',
      'service/people',
      'service/store',
    ],
    node: ['node:crypto'],
    packages: ['otpauth'],
  },
  'service/authenticators/yubikey': {
    rooms: [
      'host',
      'service/authenticators',
      'service/authenticators/passcode',
      'service/authenticators/token_files',
      'service/people',
      'service/store',
    ],
    node: ['node:crypto'],
  },
  'service/authenticators': {
    rooms: ['service/authenticators/oath', 'service/authenticators/yubikey', 'service/store'],
    packages: ['kysely'],
  },
  'service/authenticators/bypass': {
    rooms: ['service/authenticators/passcode', 'service/people', 'service/store'],
    packages: ['kysely'],
  },
  'service/config': {
    rooms: ['config', 'host', 'service/store'],
    node: ['node:fs', 'node:net', 'node:path'],
  },
  'service/settings': {
    rooms: ['service/config', 'service/store'],
    node: ['node:crypto', 'node:fs', 'node:zlib'],
  },
  'service/messaging': {
    rooms: ['host', 'service/audit', 'service/config', 'service/store'],
    node: ['node:crypto', 'node:dns', 'node:fs', 'node:fs/promises', 'node:net', 'node:path'],
    packages: [
      '@aws-sdk/client-pinpoint-sms-voice-v2',
      'ipaddr.js',
      'nodemailer',
      'undici',
      'web-push',
    ],
  },
  'service/authenticators/phone': {
    rooms: [
      'duo',
      'service/messaging',
      'service/people',
      'service/sign_in/transaction',
      'service/store',
    ],
    packages: ['kysely'],
  },
  'service/sign_in/transaction': {
    rooms: ['host', 'radius', 'service/store'],
    node: ['node:crypto'],
    packages: ['kysely'],
  },
  'service/authenticators/push': {
    rooms: [
      'duo',
      'host',
      'service/authenticators/passcode',
      'service/authenticators/phone',
      'service/messaging',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:crypto'],
  },
  'service/people/enrolment': {
    rooms: [
      'duo',
      'host',
      'push',
      'service/audit',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/people',
      'service/people/username',
      'service/store',
    ],
    node: ['node:crypto'],
    packages: ['kysely'],
  },
  'service/authenticators/sms': {
    rooms: [
      'duo',
      'host',
      'service/audit',
      'service/authenticators/passcode',
      'service/authenticators/phone',
      'service/messaging',
      'service/sign_in/transaction',
      'service/store',
    ],
  },
  'service/sign_in': {
    rooms: [
      'duo',
      'host',
      'radius',
      'service/applications',
      'service/applications/client',
      'service/applications/policy',
      'service/audit',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/passcode',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/authenticators/sms',
      'service/authenticators/yubikey',
      'service/messaging',
      'service/people',
      'service/people/username',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:crypto', 'node:net'],
    packages: ['ipaddr.js', 'kysely'],
  },
  'service/administration': {
    rooms: [
      'host',
      'service/applications',
      'service/applications/policy',
      'service/audit',
      'service/authenticators',
      'service/authenticators/bypass',
      'service/authenticators/passkey',
      'service/authenticators/phone',
      'service/people',
      'service/people/enrolment',
      'service/settings',
      'service/sign_in',
      'service/store',
    ],
    packages: ['kysely'],
  },
  'service/administrators': {
    rooms: [
      'duo',
      'host',
      'service/administration',
      'service/applications',
      'service/audit',
      'service/authenticators/oath',
      'service/authenticators/passkey',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/people',
      'service/sign_in',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:crypto', 'node:util'],
    packages: [
      '@simplewebauthn/server',
      '@zxcvbn-ts/core',
      '@zxcvbn-ts/language-common',
      'kysely',
      'otpauth',
    ],
  },
  'service/administration/acts': {
    rooms: [
      'host',
      'service/administration',
      'service/administrators',
      'service/applications',
      'service/applications/policy',
      'service/audit',
      'service/authenticators',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/passkey',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/authenticators/sms',
      'service/authenticators/token_files',
      'service/authenticators/yubikey',
      'service/messaging',
      'service/people',
      'service/people/enrolment',
      'service/people/user_file',
      'service/proxies',
      'service/settings',
      'service/sign_in',
      'service/sign_in/transaction',
      'service/store',
    ],
  },
  'service/authenticators/call': {
    rooms: [
      'duo',
      'host',
      'service/authenticators/phone',
      'service/config',
      'service/messaging',
      'service/sign_in/transaction',
      'service/store',
    ],
  },
  'service/authenticators/passkey': {
    rooms: ['service/people', 'service/store'],
    packages: ['@simplewebauthn/server'],
  },
  'service/sign_in_test': {
    rooms: [
      'host',
      'radius',
      'radius/udp',
      'service/applications',
      'service/sign_in',
      'service/sign_in/transaction',
    ],
  },
  'service/own_applications': {
    rooms: [
      'host',
      'service/administration',
      'service/administration/acts',
      'service/applications',
      'service/store',
    ],
  },
  'service/self_service': {
    rooms: [
      'duo',
      'host',
      'service/applications',
      'service/applications/policy',
      'service/audit',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/passkey',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/authenticators/yubikey',
      'service/messaging',
      'service/own_applications',
      'service/people',
      'service/people/enrolment',
      'service/sign_in',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:crypto'],
    packages: ['@simplewebauthn/server', 'kysely'],
  },
  'service/proxies': {
    rooms: ['duo', 'radius/udp', 'service/store', 'workspaces/guide'],
    packages: ['kysely', 'zod'],
  },
  'service/dashboard': {
    rooms: [
      'host',
      'service/administration',
      'service/administrators',
      'service/applications',
      'service/audit',
      'service/people',
      'service/proxies',
      'service/store',
    ],
  },
  'service/http/gate': {
    rooms: [
      'duo',
      'host',
      'push',
      'service/administration',
      'service/administrators',
      'service/applications',
      'service/authenticators/push',
      'service/people',
      'service/self_service',
      'service/sign_in',
      'service/store',
    ],
    node: ['node:crypto'],
    packages: ['@fastify/rate-limit', 'fastify', 'ipaddr.js', 'ws', 'zod'],
  },
  'service/http/api/auth_v2': {
    rooms: [
      'duo',
      'host',
      'radius',
      'service/applications',
      'service/http/gate',
      'service/people',
      'service/people/enrolment',
      'service/proxies',
      'service/sign_in',
      'service/store',
    ],
    node: ['node:crypto', 'node:net', 'node:stream'],
    packages: ['fastify', 'ws'],
  },
  'service/http/api/admin': {
    rooms: [
      'duo',
      'host',
      'service/administration',
      'service/administration/acts',
      'service/administrators',
      'service/applications',
      'service/applications/policy',
      'service/audit',
      'service/authenticators',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/passkey',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/authenticators/sms',
      'service/authenticators/yubikey',
      'service/http/api/auth_v2',
      'service/http/gate',
      'service/messaging',
      'service/people',
      'service/settings',
      'service/sign_in',
      'service/store',
    ],
    packages: ['fastify', 'otpauth', 'zod'],
  },
  'service/http/api/rest_v1': {
    rooms: [
      'duo',
      'service/http/api/auth_v2',
      'service/http/gate',
      'service/people/enrolment',
      'service/sign_in',
    ],
    packages: ['bson', 'fastify'],
  },
  'service/http/server': {
    rooms: ['duo', 'host', 'service/http/gate', 'service/sign_in', 'service/store'],
    node: [
      'node:crypto',
      'node:fs',
      'node:http',
      'node:http2',
      'node:https',
      'node:net',
      'node:path',
      'node:tls',
    ],
    packages: [
      '@fastify/rate-limit',
      '@peculiar/x509',
      'fastify',
      'ipaddr.js',
      'prom-client',
      'reflect-metadata',
      'ws',
    ],
  },
  'service/http/voice': {
    rooms: ['host', 'service/authenticators/call', 'service/messaging'],
    packages: ['fastify'],
  },
  'service/http/web/assets': {
    rooms: ['web_page'],
    node: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:path'],
    packages: ['@fastify/helmet', '@fastify/static', 'fastify'],
  },
  'service/place': { node: ['node:fs', 'node:net'], packages: ['ipaddr.js', 'mmdb-lib'] },
  'service/http/web/portal': {
    rooms: [
      'duo',
      'host',
      'service/http/gate',
      'service/people',
      'service/place',
      'service/self_service',
      'service/sign_in',
      'service/store',
    ],
    packages: ['fastify', 'uqr', 'zod'],
  },
  'service/http/web/admin': {
    rooms: [
      'duo',
      'host',
      'service/administration',
      'service/administration/acts',
      'service/administrators',
      'service/applications',
      'service/applications/client',
      'service/applications/policy',
      'service/audit',
      'service/authenticators',
      'service/authenticators/bypass',
      'service/authenticators/passkey',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/authenticators/token_files',
      'service/dashboard',
      'service/http/gate',
      'service/messaging',
      'service/people',
      'service/people/enrolment',
      'service/people/user_file',
      'service/proxies',
      'service/settings',
      'service/sign_in',
      'service/sign_in/transaction',
      'service/sign_in_test',
      'service/store',
      'workspaces/guide',
    ],
    node: ['node:stream'],
    packages: ['fastify', 'uqr', 'zod'],
  },
  'service/http/web/push_app': {
    rooms: [
      'host',
      'push',
      'service/audit',
      'service/authenticators/push',
      'service/http/gate',
      'service/people/enrolment',
      'service/place',
      'service/sign_in',
      'service/sign_in/transaction',
      'service/store',
    ],
    node: ['node:stream', 'node:zlib'],
    packages: ['fastify', 'uqr', 'zod'],
  },
  'service/compose': {
    rooms: [
      'host',
      'service/administration',
      'service/administration/acts',
      'service/administrators',
      'service/applications',
      'service/applications/policy',
      'service/audit',
      'service/authenticators/bypass',
      'service/authenticators/call',
      'service/authenticators/oath',
      'service/authenticators/passcode',
      'service/authenticators/passkey',
      'service/authenticators/phone',
      'service/authenticators/push',
      'service/authenticators/sms',
      'service/authenticators/yubikey',
      'service/config',
      'service/dashboard',
      'service/http/api/admin',
      'service/http/api/auth_v2',
      'service/http/api/rest_v1',
      'service/http/gate',
      'service/http/server',
      'service/http/voice',
      'service/http/web/admin',
      'service/http/web/assets',
      'service/http/web/portal',
      'service/http/web/push_app',
      'service/messaging',
      'service/own_applications',
      'service/people',
      'service/people/enrolment',
      'service/place',
      'service/proxies',
      'service/self_service',
      'service/settings',
      'service/sign_in',
      'service/sign_in/transaction',
      'service/sign_in_test',
      'service/store',
    ],
    node: ['node:fs', 'node:path'],
  },
  first_run: {
    rooms: [
      'config',
      'duo',
      'duo/https',
      'host',
      'proxy',
      'proxy/control',
      'proxy/sections',
      'service/administration',
      'service/administration/acts',
      'service/administrators',
      'service/applications',
      'service/applications/client',
      'service/authenticators/oath',
      'service/authenticators/phone',
      'service/compose',
      'service/config',
      'service/people',
      'service/people/enrolment',
      'service/settings',
      'service/sign_in/transaction',
      'service/store',
      'workspaces',
      'workspaces/guide',
      'workspaces/primary',
      'workspaces/state',
      'workspaces/trace',
    ],
    node: ['node:crypto', 'node:fs', 'node:path', 'node:util'],
    packages: ['uqr', 'zod'],
  },
  ctl: {
    rooms: [
      'config',
      'ctl/connectivity',
      'host',
      'proxy/control',
      'proxy/sections',
      'radius',
      'radius/udp',
    ],
    node: [
      'node:child_process',
      'node:events',
      'node:fs',
      'node:net',
      'node:path',
      'node:timers/promises',
    ],
  },
  'ctl/support': {
    rooms: ['config', 'ctl/connectivity', 'host', 'proxy/sections'],
    node: ['node:child_process', 'node:fs', 'node:os', 'node:path', 'node:zlib'],
  },
  'ctl/connectivity': {
    rooms: ['config', 'duo', 'host', 'proxy', 'proxy/sections', 'radius', 'radius/udp'],
    node: [
      'node:crypto',
      'node:dgram',
      'node:dns/promises',
      'node:events',
      'node:fs',
      'node:http',
      'node:net',
      'node:os',
      'node:path',
      'node:tls',
    ],
    packages: ['ldapts'],
  },
  'manager/editor': { rooms: ['config', 'ctl/connectivity', 'proxy/control'] },
  manager: {
    rooms: [
      'ctl',
      'ctl/connectivity',
      'host',
      'manager/editor',
      'proxy/sections',
      'radius',
      'web_page',
    ],
    node: [
      'node:child_process',
      'node:crypto',
      'node:events',
      'node:fs',
      'node:fs/promises',
      'node:http',
      'node:os',
      'node:path',
      'node:timers/promises',
    ],
  },
  'workspaces/radius_settings': { rooms: ['host'], node: ['node:net'] },
  'workspaces/knobs': { rooms: ['config', 'host', 'workspaces/guide'], packages: ['zod'] },
  'workspaces/trace': { node: ['node:net'] },
  'workspaces/primary': {
    rooms: ['config', 'host'],
    node: ['node:crypto', 'node:util'],
    packages: ['ldapts', 'zod'],
  },
  'workspaces/calibrate': {
    rooms: [
      'radius',
      'workspaces/directory',
      'workspaces/knobs',
      'workspaces/radius_settings',
      'workspaces/trace',
    ],
  },
  'workspaces/directory': {
    rooms: [
      'host',
      'radius',
      'workspaces/guide',
      'workspaces/knobs',
      'workspaces/primary',
      'workspaces/radius_settings',
      'workspaces/trace',
    ],
    node: ['node:crypto', 'node:dgram', 'node:events', 'node:net'],
  },
  'workspaces/state': {
    rooms: ['host', 'workspaces/directory', 'workspaces/knobs', 'workspaces/radius_settings'],
    node: ['node:crypto', 'node:fs', 'node:path'],
    packages: ['zod'],
  },
  'workspaces/api': {
    rooms: ['workspaces/directory', 'workspaces/radius_settings'],
    node: ['node:crypto', 'node:net'],
    packages: ['fastify'],
  },
  'workspaces/web': {
    rooms: ['web_page', 'workspaces/directory', 'workspaces/knobs', 'workspaces/trace'],
    node: ['node:crypto', 'node:fs', 'node:fs/promises', 'node:http', 'node:path'],
    packages: ['@fastify/helmet', '@fastify/static', 'fastify', 'zod'],
  },
  workspaces: {
    rooms: ['host', 'workspaces/api', 'workspaces/directory', 'workspaces/web'],
    node: ['node:dns/promises', 'node:path'],
    packages: ['fastify'],
  },
  duo_export: { rooms: ['duo', 'host'], node: ['node:timers/promises'], packages: ['zod'] },
  cmd: {
    rooms: [
      'first_run',
      'duo_export',
      'config',
      'ctl',
      'ctl/connectivity',
      'ctl/support',
      'host',
      'manager',
      'proxy',
      'proxy/control',
      'proxy/primary_only',
      'proxy/sections',
      'proxy/workers',
      'service/administration',
      'service/administration/acts',
      'service/administrators',
      'service/applications',
      'service/applications/client',
      'service/applications/policy',
      'service/audit',
      'service/authenticators',
      'service/authenticators/bypass',
      'service/authenticators/oath',
      'service/authenticators/phone',
      'service/authenticators/token_files',
      'service/compose',
      'service/config',
      'service/messaging',
      'service/people',
      'service/people/enrolment',
      'service/people/user_file',
      'service/people/username',
      'service/self_service',
      'service/settings',
      'service/sign_in',
      'service/sign_in/transaction',
      'service/store',
      'workspaces',
      'workspaces/adviser',
      'workspaces/aws',
      'workspaces/calibrate',
      'workspaces/directory',
      'workspaces/guide',
      'workspaces/knobs',
      'workspaces/primary',
      'workspaces/radius_settings',
      'workspaces/state',
    ],
    node: [
      'node:crypto',
      'node:events',
      'node:fs',
      'node:fs/promises',
      'node:net',
      'node:os',
      'node:path',
      'node:stream/consumers',
      'node:timers/promises',
      'node:util',
    ],
    packages: ['@clack/prompts', 'commander', 'uqr', 'zod'],
  },
}

/**
 * The browser apps import the shared parts and the theme, never each other. Of `src/` they import little: the push
 * app what a phone signs, the sign-in page types only.
 */
const browserRooms: Readonly<Record<string, Room>> = {
  'web/build.ts': {
    node: ['node:fs', 'node:path', 'node:zlib'],
    packages: ['@vitejs/plugin-react', 'vite'],
  },
  'web/palette.css': {},
  'web/theme.ts': { packages: ['@mantine/core'] },
  'web/parts': {
    rooms: ['web/palette.css', 'web/theme.ts'],
    packages: [
      '@mantine/core',
      '@mantine/notifications',
      '@simplewebauthn/browser',
      '@tabler/icons-react',
      '@tanstack/react-query',
      'react',
      'react-dom',
    ],
  },
  'web/portal': {
    rooms: ['web/parts'],
    packages: [
      '@mantine/core',
      '@mantine/hooks',
      '@simplewebauthn/browser',
      '@tabler/icons-react',
      '@tanstack/react-query',
      '@tanstack/react-router',
      'react',
    ],
  },
  'web/admin': {
    rooms: ['src/workspaces/guide', 'web/parts', 'web/theme.ts'],
    packages: [
      '@mantine/charts',
      '@mantine/core',
      '@mantine/hooks',
      '@simplewebauthn/browser',
      '@tabler/icons-react',
      '@tanstack/react-query',
      '@tanstack/react-router',
      'react',
    ],
  },
  'web/manager': {
    rooms: ['src/config', 'src/manager/editor', 'web/parts', 'web/theme.ts'],
    packages: [
      '@codemirror/autocomplete',
      '@codemirror/commands',
      '@codemirror/language',
      '@codemirror/lint',
      '@codemirror/search',
      '@codemirror/state',
      '@codemirror/view',
      '@lezer/highlight',
      '@mantine/core',
      '@mantine/hooks',
      '@tabler/icons-react',
      '@tanstack/react-query',
      'react',
    ],
  },
  'web/sign_in': {
    rooms: ['src/workspaces/web', 'web/parts', 'web/theme.ts'],
    packages: ['@mantine/core', '@tabler/icons-react', '@tanstack/react-query', 'react'],
  },
  'web/push_app': {
    rooms: ['src/push', 'web/palette.css', 'web/parts'],
    packages: ['react', 'react-dom'],
  },
  'src/config': {},
  'src/manager/editor': {},
  'src/push': {},
  'src/workspaces/guide': {},
  'src/workspaces/web': {},
}

/** Benchmarks and the rig never import tests. */
const testRooms: Readonly<Record<string, Room>> = {
  bench: { rooms: ['src', 'test/rig'] },
  test: { rooms: ['bench', 'docs', 'packaging', 'src', 'test/rig'] },
  'test/rig': { rooms: ['packaging', 'src'] },
  docs: {},
  packaging: { rooms: ['src'] },
  src: {},
}

const root = resolve(import.meta.dirname, '..')

const authenticatorsRoom = 'service/authenticators'
/** The table of phones, the interface of passcode kinds, and the parsers of token files. */
const sharedRooms: readonly string[] = ['phone', 'passcode', 'token_files']

/** Whether an authenticator must not import a room: another authenticator, or the sign-in. */
function isForbiddenTo(authenticator: string, room: string): boolean {
  if (room === 'service/sign_in') return true
  if (!room.startsWith(`${authenticatorsRoom}/`)) return false
  const name = room.slice(authenticatorsRoom.length + 1)
  return name !== authenticator && !sharedRooms.includes(name)
}

describe('the rooms of src', () => {
  const rules = new ImportRules(resolve(root, 'src'), ['.'], rooms)

  test('every file belongs to a room of the table', () => {
    assert.deepEqual(rules.strays(), [])
  })

  test('every room imports only what the table permits', () => {
    assert.deepEqual(rules.trespasses(), [])
  })

  test('the table permits only what some file imports', () => {
    assert.deepEqual(rules.unused(), [])
  })

  test('authenticators import of each other only what they share', () => {
    const authenticators = readdirSync(resolve(root, 'src', authenticatorsRoom), {
      withFileTypes: true,
    })
      .filter((entry) => entry.isDirectory() && !sharedRooms.includes(entry.name))
      .map(({ name }) => name)
    assert.deepEqual(
      authenticators.flatMap((name) =>
        (rooms[`${authenticatorsRoom}/${name}`]?.rooms ?? [])
          .filter((room) => isForbiddenTo(name, room))
          .map((room) => `${name}: ${room}`),
      ),
      [],
    )
  })

  test('no file imports itself through other files', () => {
    assert.deepEqual(rules.cycles(), [])
  })

  test('ARCHITECTURE.md lists every room', () => {
    const page = readFileSync(resolve(root, 'ARCHITECTURE.md'), 'utf8')
    assert.deepEqual(
      [...rules.occupied()].filter((room) => !page.includes(`\`src/${room}\``)),
      [],
    )
  })
})

describe('the browser apps', () => {
  const rules = new ImportRules(root, ['web'], browserRooms)

  test('every file belongs to an app, or is shared', () => {
    assert.deepEqual(rules.strays(), [])
  })

  test('every app imports only what the table permits', () => {
    assert.deepEqual(rules.trespasses(), [])
  })

  test('the table permits only what some file imports', () => {
    assert.deepEqual(rules.unused(), [])
  })

  test('no file imports itself through other files', () => {
    assert.deepEqual(rules.cycles(), [])
  })
})

describe('benchmarks, packaging and tests', () => {
  const rules = new ImportRules(root, ['bench', 'packaging', 'test'], testRooms)

  test('import only the rooms that the table permits', () => {
    assert.deepEqual(rules.trespasses(['rooms']), [])
  })

  test('import themselves through no other file', () => {
    assert.deepEqual(rules.cycles(), [])
  })
})
