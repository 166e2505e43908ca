import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const newCfg = `; Created by 'countersign up'. docs/countersign.cfg.md explains every key.
[service]
data_folder=.

; test mode: messages, calls and mail appear in the outbox (countersign outbox) instead of being sent
[sms]
provider=outbox

[phone]
provider=outbox

[mail]
provider=outbox
`

/** Writes the service's configuration if there is none. */
export function writeServiceCfg(file: string): void {
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, newCfg, { mode: 0o600 })
}
