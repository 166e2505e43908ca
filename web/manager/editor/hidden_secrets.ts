import {
  type EditorState,
  type Extension,
  StateEffect,
  StateField,
  type Transaction,
} from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView, keymap, WidgetType } from '@codemirror/view'
import type { ConfigTable } from '../../../src/config/option.ts'
import { findSecrets, type SecretRange } from '../../../src/manager/editor/secret_ranges.ts'

interface Secrets {
  readonly all: readonly SecretRange[]
  /** Places inside secrets that are shown until the cursor leaves their line. */
  readonly shown: readonly number[]
  readonly areAllShown: boolean
  readonly decorations: DecorationSet
}

const showSecret = StateEffect.define<number>({ map: (at, changes) => changes.mapPos(at) })
const showAllSecrets = StateEffect.define<boolean>()

class Dots extends WidgetType {
  readonly #key: string

  constructor(key: string) {
    super()
    this.#key = key
  }

  override eq(other: Dots): boolean {
    return other.#key === this.#key
  }

  override toDOM(view: EditorView): HTMLElement {
    const dots = document.createElement('span')
    dots.className = 'cm-secret'
    dots.textContent = '••••••••'
    dots.title = 'Hidden. Click to show and edit.'
    dots.setAttribute('role', 'img')
    dots.setAttribute('aria-label', `${this.#key} is hidden`)
    dots.addEventListener('mousedown', (event) => {
      event.preventDefault()
      const at = view.posAtDOM(dots)
      view.dispatch({ selection: { anchor: at }, effects: showSecret.of(at) })
      view.focus()
    })
    return dots
  }

  override ignoreEvent(): boolean {
    return true
  }
}

const hiddenSecrets = (table: ConfigTable) =>
  StateField.define<Secrets>({
    create: (state) => build(findSecrets(state.doc.toString(), table), [], false),
    update: (secrets, transaction) => update(secrets, transaction, table),
    provide: (field) => [
      EditorView.decorations.from(field, ({ decorations }) => decorations),
      // the cursor passes them as one character
      EditorView.atomicRanges.of((view) => view.state.field(field).decorations),
    ],
  })

function update(secrets: Secrets, transaction: Transaction, table: ConfigTable): Secrets {
  const { state, docChanged, selection, effects, changes } = transaction
  const toggled = effects.find((effect) => effect.is(showAllSecrets))
  const opened = effects.filter((effect) => effect.is(showSecret)).map(({ value }) => value)
  if (!docChanged && selection === undefined && toggled === undefined && opened.length === 0) {
    return secrets
  }
  const all = docChanged ? findSecrets(state.doc.toString(), table) : secrets.all
  const shown = [...secrets.shown.map((at) => changes.mapPos(at)), ...opened]
  if (transaction.isUserEvent('input') || transaction.isUserEvent('delete')) {
    changes.iterChangedRanges((_from, _to, from, to) => shown.push(from, to))
  }
  const line = state.doc.lineAt(state.selection.main.head)
  const kept = shown.filter((at) => line.from <= at && at <= line.to)
  return build(all, kept, toggled === undefined ? secrets.areAllShown : toggled.value)
}

function build(
  all: readonly SecretRange[],
  shown: readonly number[],
  areAllShown: boolean,
): Secrets {
  const isShown = ({ from, to }: SecretRange) => shown.some((at) => from <= at && at <= to)
  const hidden = areAllShown ? [] : all.filter((secret) => !isShown(secret))
  const decorations = Decoration.set(
    hidden.map(({ from, to, key }) =>
      Decoration.replace({ widget: new Dots(key) }).range(from, to),
    ),
  )
  return { all, shown, areAllShown, decorations }
}

/** Shows secrets as dots until they are clicked or edited. */
export class SecretHiding {
  readonly extension: Extension
  readonly #field: ReturnType<typeof hiddenSecrets>

  /** @param onCopy Receives how many hidden secrets a copied text contains. */
  constructor(table: ConfigTable, onCopy: (count: number) => void) {
    this.#field = hiddenSecrets(table)
    this.extension = [
      this.#field,
      EditorView.domEventObservers({
        copy: (_event, view) => this.#reportCopy(view, onCopy),
        cut: (_event, view) => this.#reportCopy(view, onCopy),
      }),
      keymap.of([{ key: 'Alt-s', run: (view) => this.showAtCursor(view) }]),
    ]
  }

  areShown(state: EditorState): boolean {
    return state.field(this.#field).areAllShown
  }

  showAll(view: EditorView, areShown: boolean): void {
    view.dispatch({ effects: showAllSecrets.of(areShown) })
  }

  /** Shows the secret in the line of the cursor. */
  showAtCursor(view: EditorView): boolean {
    const { state } = view
    const line = state.doc.lineAt(state.selection.main.head)
    const secret = state
      .field(this.#field)
      .all.find(({ from, to }) => line.from <= from && to <= line.to)
    if (secret === undefined) return false
    view.dispatch({ selection: { anchor: secret.to }, effects: showSecret.of(secret.to) })
    return true
  }

  #reportCopy(view: EditorView, onCopy: (count: number) => void): void {
    const { decorations } = view.state.field(this.#field)
    let count = 0
    for (const { from, to } of view.state.selection.ranges) {
      decorations.between(from, to, () => {
        count++
      })
    }
    if (count > 0) onCopy(count)
  }
}
