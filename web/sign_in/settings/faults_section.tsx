import { Switch } from '@mantine/core'
import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'
import { KnobField } from './knobs_section.tsx'
import { useKnobChange, useKnobTable } from './use_knobs.ts'

const lossPct = 40
const delayMs = 1500

/** Switches for faults of real networks. */
export function FaultsSection({ directory }: { readonly directory: ShownDirectory }) {
  const change = useKnobChange()
  const knob = useKnobTable().data?.find(({ name }) => name === 'faults')
  const faults = readFaults(directory.knobs.faults)
  const [firstController] = directory.controllers
  const servers = directory.radius?.servers ?? []
  const [firstServer] = servers
  const set = (update: Partial<ReturnType<typeof readFaults>>) => change.mutate({ faults: update })
  return (
    <section>
      <h3>Faults</h3>
      <div className="faults">
        <Switch
          label={`Lose ${lossPct} % of the packets`}
          description="In both directions, as a bad network does."
          checked={faults.lossPct > 0}
          onChange={({ currentTarget }) => set({ lossPct: currentTarget.checked ? lossPct : 0 })}
        />
        <Switch
          label="Delay each packet by 1.5 s"
          description="Replies arrive late; retries may overtake them."
          checked={faults.delayMs > 0}
          onChange={({ currentTarget }) => set({ delayMs: currentTarget.checked ? delayMs : 0 })}
        />
        {firstController !== undefined && (
          <Switch
            label={`Block controller 1 (${firstController.address})`}
            description="Its requests are dropped: the outbound rule of the security group is missing."
            checked={faults.blockedSg.includes(firstController.name)}
            onChange={({ currentTarget }) =>
              set({ blockedSg: currentTarget.checked ? [firstController.name] : [] })
            }
          />
        )}
        {firstController !== undefined && (
          <Switch
            label="Lose every reply to controller 1"
            description="Its requests arrive: the security group is open in one direction only."
            checked={faults.oneWaySg.includes(firstController.name)}
            onChange={({ currentTarget }) =>
              set({ oneWaySg: currentTarget.checked ? [firstController.name] : [] })
            }
          />
        )}
        {firstServer !== undefined && (
          <Switch
            label={
              servers.length === 1
                ? 'The proxy is down'
                : `The first proxy (${firstServer}) is down`
            }
            description="It receives nothing and sends nothing."
            checked={faults.serverDown.length > 0}
            onChange={({ currentTarget }) =>
              set({ serverDown: currentTarget.checked ? [firstServer] : [] })
            }
          />
        )}
      </div>
      {knob !== undefined && (
        <details>
          <summary>All faults, with percentages and for single controllers</summary>
          <KnobField
            knob={knob}
            value={directory.knobs.faults}
            onChange={(value) => change.mutate({ faults: value })}
          />
        </details>
      )}
    </section>
  )
}

interface Faults {
  readonly lossPct: number
  readonly delayMs: number
  readonly blockedSg: readonly string[]
  readonly oneWaySg: readonly string[]
  readonly serverDown: readonly string[]
}

function readFaults(value: unknown): Faults {
  const given: Partial<Faults> = typeof value === 'object' && value !== null ? value : {}
  return { ...{ lossPct: 0, delayMs: 0, blockedSg: [], oneWaySg: [], serverDown: [] }, ...given }
}

/** How many faults are switched on. */
export function countFaults(value: unknown): number {
  const { lossPct, delayMs, blockedSg, oneWaySg, serverDown } = readFaults(value)
  const lists = [blockedSg, oneWaySg, serverDown].filter((names) => names.length > 0)
  return lists.length + Number(lossPct > 0) + Number(delayMs > 0)
}
