import { Button, Menu } from '@mantine/core'
import {
  IconChevronDown,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconReload,
} from '@tabler/icons-react'
import type { ProxyState, ServiceAct } from '../../../src/manager/editor/page_api.ts'
import { useManager } from '../manager.ts'
import { useStore } from '../store.ts'

/** Starts a stopped proxy; reloads, restarts or stops a running one. */
export function ServiceButtons() {
  const { live, service } = useManager()
  const proxy = useStore(live.proxy)
  const run = useStore(service.state)
  const isBusy = run !== undefined && run.ok === undefined
  const start = (act: ServiceAct) => {
    service.run(act).catch(() => {})
  }
  if (proxy === undefined) return null
  if (proxy.state === 'stopped') {
    return (
      <Button
        leftSection={<IconPlayerPlay size={16} aria-hidden />}
        onClick={() => start('start')}
        loading={isBusy}
      >
        Start
      </Button>
    )
  }
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <Button
          variant="default"
          rightSection={<IconChevronDown size={16} aria-hidden />}
          loading={isBusy}
        >
          Control
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconReload size={18} aria-hidden />}
          onClick={() => start('reload')}
        >
          Reload the configuration
        </Menu.Item>
        <Menu.Item
          leftSection={<IconRefresh size={18} aria-hidden />}
          onClick={() => start('restart')}
        >
          Restart
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPlayerStop size={18} aria-hidden />}
          onClick={() => start('stop')}
        >
          Stop
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const words = { running: 'Running', stopped: 'Stopped', unknown: 'Unknown' } as const

/** Whether the proxy runs, in one word. */
export function ProxyPill({ proxy }: { readonly proxy: ProxyState | undefined }) {
  if (proxy === undefined) return null
  const hasProblems = proxy.state === 'running' && !proxy.status.health.ok
  return (
    <span className="pill" data-state={hasProblems ? 'ill' : proxy.state} role="status">
      {hasProblems ? 'Running, with problems' : words[proxy.state]}
    </span>
  )
}
