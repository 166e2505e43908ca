import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  type Completion as EditorCompletion,
  startCompletion,
} from '@codemirror/autocomplete'
import type { Extension } from '@codemirror/state'
import { EditorView, hoverTooltip } from '@codemirror/view'
import { type Completion, completeAt } from '../../../src/manager/editor/completions.ts'
import type { ConfigModel } from '../../../src/manager/editor/config_model.ts'
import { explainAt } from '../../../src/manager/editor/hover.ts'
import { appendWithCode } from './code_spans.ts'

/** Completion while typing, and explanations under the pointer. */
export function suggestions(model: ConfigModel): Extension {
  return [
    autocompletion({
      override: [(context) => complete(context, model)],
      icons: false,
      maxRenderedOptions: 60,
      // after a key, its values are offered at once
      activateOnCompletion: ({ type }) => type === 'key',
    }),
    hoverTooltip((view, at) => explain(view, at, model)),
    // an = typed by hand opens the values, too
    EditorView.inputHandler.of((view, _from, _to, text) => {
      if (text === '=') setTimeout(() => startCompletion(view))
      return false
    }),
  ]
}

function complete(
  { state, pos, explicit }: CompletionContext,
  model: ConfigModel,
): CompletionResult | null {
  const found = completeAt(state.doc.toString(), pos, model)
  if (found === undefined || found.items.length === 0) return null
  const isEmpty = found.from === pos
  const isKey = found.items[0]?.kind === 'key'
  if (isEmpty && isKey && !explicit) return null
  return {
    from: found.from,
    options: found.items.map(toOption),
    validFor: /^[\w.-]*$/,
  }
}

function toOption({ label, kind, detail, meaning, insert, rank }: Completion): EditorCompletion {
  return {
    label,
    type: kind,
    detail,
    apply: insert,
    boost: rank,
    ...(meaning === ''
      ? {}
      : {
          info: () => {
            const text = document.createElement('div')
            appendWithCode(text, meaning)
            return text
          },
        }),
  }
}

function explain(view: EditorView, at: number, model: ConfigModel) {
  const found = explainAt(view.state.doc.toString(), at, model)
  if (found === undefined) return null
  return {
    pos: found.from,
    end: found.to,
    above: true,
    create: () => {
      const dom = document.createElement('div')
      dom.className = 'cm-explanation'
      const title = document.createElement('b')
      title.textContent = found.title
      const meaning = document.createElement('p')
      appendWithCode(meaning, found.meaning)
      dom.append(title, meaning)
      for (const [name, value] of found.facts) {
        const fact = document.createElement('p')
        fact.className = 'cm-fact'
        const label = document.createElement('span')
        label.textContent = `${name}: `
        fact.append(label)
        appendWithCode(fact, value)
        dom.append(fact)
      }
      return { dom }
    },
  }
}
