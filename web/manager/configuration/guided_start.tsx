import { Button } from '@mantine/core'
import {
  IconArrowLeft,
  IconCloudComputing,
  IconFile,
  IconRouter,
  IconShieldLock,
} from '@tabler/icons-react'
import { useState } from 'react'
import { type StarterProduct, starterProducts } from '../../../src/manager/editor/starter_file.ts'
import { StarterForm } from './starter_form.tsx'

const icons: Readonly<Record<string, typeof IconFile>> = {
  workspaces: IconCloudComputing,
  vpn: IconShieldLock,
  other: IconRouter,
}

/** Asks for the few values that a first configuration needs. */
export function GuidedStart({
  onCancel,
  onDone,
}: {
  readonly onCancel: () => void
  readonly onDone: (text: string) => void
}) {
  const [product, setProduct] = useState<StarterProduct>()
  return (
    <div className="guide">
      {product === undefined ? (
        <>
          <h2>What do you want to protect?</h2>
          <p className="dim">
            A few questions lead to a complete file. You see it in the editor before it is saved.
          </p>
          <ul className="guide-cards">
            {starterProducts.map((known) => {
              const Icon = icons[known.id] ?? IconFile
              return (
                <li key={known.id}>
                  <button type="button" onClick={() => setProduct(known)}>
                    <Icon size={26} stroke={1.6} aria-hidden />
                    <b>{known.title}</b>
                    <span>{known.description}</span>
                  </button>
                </li>
              )
            })}
            <li>
              <button type="button" onClick={onCancel}>
                <IconFile size={26} stroke={1.6} aria-hidden />
                <b>Write it myself</b>
                <span>The editor offers sections and keys as you type.</span>
              </button>
            </li>
          </ul>
        </>
      ) : (
        <>
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconArrowLeft size={16} aria-hidden />}
            onClick={() => setProduct(undefined)}
          >
            Back
          </Button>
          <h2>{product.title}</h2>
          <p className="dim">{product.description}</p>
          <StarterForm product={product} onDone={onDone} />
        </>
      )}
    </div>
  )
}
