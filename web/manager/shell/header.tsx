import { ActionIcon, Anchor } from '@mantine/core'
import { IconLogout } from '@tabler/icons-react'
import { ColorSchemeMenu } from '../../parts/color_scheme_menu.tsx'
import mark from '../../parts/mark.svg'
import { post } from '../api.ts'
import { useManager } from '../manager.ts'
import { ProxyPill, ServiceButtons } from '../status/service_buttons.tsx'
import { useStore } from '../store.ts'
import { type PageId, pages } from './pages.ts'

/** The name of the program, its pages, the state of the proxy. */
export function Header({ page }: { readonly page: PageId }) {
  const { live, editor } = useManager()
  const proxy = useStore(live.proxy)
  const isDirty = useStore(editor.isDirty)
  const close = async (): Promise<void> => {
    if (isDirty && !window.confirm('Close the Manager and lose the unsaved changes?')) return
    await post('close', {}).catch(() => {})
    live.close()
  }
  return (
    <header className="head">
      <Anchor href="#content" className="skip" onClick={skip}>
        Skip to content
      </Anchor>
      <div className="brand">
        <img src={mark} alt="" width={30} height={30} />
        <span>
          <b>Proxy Manager</b>
          <small>Countersign</small>
        </span>
      </div>
      <nav aria-label="Pages" className="head-nav">
        {pages.map(({ id, label, icon: Icon }) => (
          <a
            key={id}
            href={`#${id}`}
            className="head-link"
            aria-current={id === page ? 'page' : undefined}
          >
            <Icon size={18} stroke={1.75} aria-hidden />
            {label}
            {id === 'configuration' && isDirty && (
              <span className="unsaved">
                <span className="visually-hidden">, not saved</span>
              </span>
            )}
          </a>
        ))}
      </nav>
      <div className="head-end">
        <ProxyPill proxy={proxy} />
        <ServiceButtons />
        <ColorSchemeMenu />
        <ActionIcon color="gray" aria-label="Close the Manager" onClick={() => void close()}>
          <IconLogout size={20} aria-hidden />
        </ActionIcon>
      </div>
    </header>
  )
}

/** The fragment names the page, so the link must not change it. */
function skip(event: { preventDefault(): void }): void {
  event.preventDefault()
  document.getElementById('content')?.focus()
}
