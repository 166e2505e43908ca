import { closeCompletion, completionKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, isolateHistory } from '@codemirror/commands'
import { bracketMatching, foldGutter, foldKeymap } from '@codemirror/language'
import { forceLinting, lintKeymap, nextDiagnostic } from '@codemirror/lint'
import {
  highlightSelectionMatches,
  openSearchPanel,
  search,
  searchKeymap,
} from '@codemirror/search'
import { EditorState } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view'
import type { ConfigModel } from '../../../src/manager/editor/config_model.ts'
import { formatIni } from '../../../src/manager/editor/ini_format.ts'
import type { FileView, Problem } from '../../../src/manager/editor/page_api.ts'
import { Store } from '../store.ts'
import { SecretHiding } from './hidden_secrets.ts'
import { ini } from './ini_language.ts'
import { type LoadedText, loadText, printText } from './loaded_text.ts'
import { applyFix, markProblems, quickFixOf } from './problems.ts'
import { suggestions } from './suggestions.ts'

export interface EditorCommands {
  readonly check: (text: string) => Promise<readonly Problem[] | undefined>
  readonly onCopySecrets: (count: number) => void
  readonly save: () => void
  readonly validate: () => void
  readonly nonce: string
}

/** The editor with the text of one file. It outlives the components that show it. */
export class ConfigEditor {
  readonly problems = new Store<readonly Problem[] | undefined>(undefined)
  readonly isDirty = new Store(false)
  readonly isEmpty = new Store(true)
  readonly areSecretsShown = new Store(false)
  /** The file that was loaded or saved last. */
  readonly base: Store<FileView>
  readonly #view: EditorView
  readonly #secrets: SecretHiding
  #loaded: LoadedText

  constructor(file: FileView, model: ConfigModel, commands: EditorCommands) {
    this.base = new Store(file)
    this.#loaded = loadText(file.text)
    this.#secrets = new SecretHiding(model.table, commands.onCopySecrets)
    this.#view = new EditorView({
      state: EditorState.create({
        doc: this.#loaded.body,
        extensions: [
          EditorView.cspNonce.of(commands.nonce),
          lineNumbers(),
          highlightActiveLineGutter(),
          highlightSpecialChars(),
          history(),
          foldGutter(),
          drawSelection(),
          bracketMatching(),
          highlightActiveLine(),
          highlightSelectionMatches(),
          search({ top: true }),
          placeholder('Type [ for the sections, or use the guided start.'),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'Configuration', tabindex: '0' }),
          ini,
          this.#secrets.extension,
          suggestions(model),
          markProblems(commands.check, (problems) => this.problems.set(problems)),
          keymap.of([
            { key: 'Mod-s', preventDefault: true, run: () => done(commands.save) },
            { key: 'Mod-Enter', run: () => done(commands.validate) },
            { key: 'Shift-Alt-f', run: () => done(() => this.format()) },
            ...completionKeymap,
            ...lintKeymap,
            ...searchKeymap,
            ...foldKeymap,
            ...historyKeymap,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) this.#noticeChange()
            this.areSecretsShown.set(this.#secrets.areShown(update.state))
          }),
        ],
      }),
    })
    this.#noticeChange()
  }

  /** Shows the editor in an element. */
  attach(parent: HTMLElement): void {
    parent.append(this.#view.dom)
    this.#view.requestMeasure()
  }

  /** As the editor holds it. */
  get body(): string {
    return this.#view.state.doc.toString()
  }

  /** As it is saved. */
  get text(): string {
    return printText(this.body, this.#loaded)
  }

  /** Replaces everything by a file from disk. */
  load(file: FileView): void {
    this.#loaded = loadText(file.text)
    this.base.set(file)
    this.#replace(this.#loaded.body)
  }

  /** Notes that the current text is on disk now, or that another version is. */
  rebase(file: FileView): void {
    this.base.set(file)
    this.#noticeChange()
  }

  /** Replaces the text; the file on disk stays. */
  propose(text: string): void {
    this.#replace(loadText(text).body)
  }

  format(): void {
    const { state } = this.#view
    const formatted = formatIni(this.body)
    if (formatted === this.body) return
    const line = state.doc.lineAt(state.selection.main.head).text.trim()
    this.#replace(formatted)
    const at = formatted.indexOf(line)
    if (at >= 0) this.#view.dispatch({ selection: { anchor: at }, scrollIntoView: true })
  }

  goTo(line: number): void {
    const { doc } = this.#view.state
    const { to } = doc.line(Math.min(Math.max(line, 1), doc.lines))
    this.#view.dispatch({
      selection: { anchor: to },
      effects: EditorView.scrollIntoView(to, { y: 'center' }),
    })
    this.#view.focus()
  }

  goToNextProblem(): void {
    nextDiagnostic(this.#view)
    this.#view.focus()
  }

  fixLabel(problem: Problem): string | undefined {
    return quickFixOf(this.#view, problem)?.label
  }

  fix(problem: Problem): void {
    const found = quickFixOf(this.#view, problem)
    if (found !== undefined) applyFix(this.#view, found)
  }

  showSecrets(areShown: boolean): void {
    this.#secrets.showAll(this.#view, areShown)
  }

  find(): void {
    openSearchPanel(this.#view)
  }

  focus(): void {
    this.#view.focus()
  }

  /** One step that can be undone. */
  #replace(body: string): void {
    closeCompletion(this.#view)
    const { doc } = this.#view.state
    this.#view.dispatch({
      changes: { from: 0, to: doc.length, insert: body },
      annotations: isolateHistory.of('full'),
    })
    forceLinting(this.#view)
  }

  #noticeChange(): void {
    const { body } = this
    const { text, encoding } = this.base.get()
    // a file that is not UTF-8 can be saved as it is, to convert it
    this.isDirty.set(body !== loadText(text).body || encoding !== 'utf-8')
    this.isEmpty.set(body.trim() === '')
  }
}

/** Runs a command from a key. */
function done(command: () => void): true {
  command()
  return true
}
