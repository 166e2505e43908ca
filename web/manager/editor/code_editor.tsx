import { useEffect, useRef } from 'react'
import type { ConfigEditor } from './config_editor.ts'

/** Shows the editor, which keeps its text and its undo history while other pages are open. */
export function CodeEditor({ editor }: { readonly editor: ConfigEditor }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (place.current !== null) editor.attach(place.current)
  }, [editor])
  return <div ref={place} className="code-editor" />
}
