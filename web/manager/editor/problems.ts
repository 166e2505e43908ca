import { type Diagnostic, linter, lintGutter } from '@codemirror/lint'
import type { Extension } from '@codemirror/state'
import type { EditorView } from '@codemirror/view'
import { parseKeyLine } from '../../../src/manager/editor/key_line.ts'
import type { Problem } from '../../../src/manager/editor/page_api.ts'
import { findQuickFix, type QuickFix } from '../../../src/manager/editor/quick_fix.ts'
import { makeSecret } from './make_secret.ts'

const delayMs = 250

/**
 * Marks the problems of the text while it is edited.
 *
 * @param check Asks the proxy's own parser.
 * @param onFound Receives the problems of the current text.
 */
export function markProblems(
  check: (text: string) => Promise<readonly Problem[] | undefined>,
  onFound: (problems: readonly Problem[]) => void,
): Extension {
  return [
    linter(
      async (view) => {
        const { doc } = view.state
        const problems = await check(doc.toString())
        if (problems === undefined) return []
        if (view.state.doc.eq(doc)) onFound(problems)
        return problems.map((problem) => toDiagnostic(view, problem))
      },
      { delay: delayMs },
    ),
    lintGutter(),
  ]
}

/** Applies a correction as one step that can be undone. */
export function applyFix(view: EditorView, { changes }: QuickFix): void {
  view.dispatch({ changes: [...changes], userEvent: 'fix', scrollIntoView: true })
  view.focus()
}

/** The correction of a problem in the text as it is now. */
export function quickFixOf(view: EditorView, problem: Problem): QuickFix | undefined {
  return findQuickFix(view.state.doc.toString(), problem, makeSecret)
}

function toDiagnostic(view: EditorView, problem: Problem): Diagnostic {
  const { doc } = view.state
  const line = doc.line(Math.min(Math.max(problem.line, 1), doc.lines))
  const key = parseKeyLine(line)
  const indent = line.text.length - line.text.trimStart().length
  const fix = quickFixOf(view, problem)
  return {
    from: key?.keyFrom ?? line.from + indent,
    to: key?.keyTo ?? line.from + line.text.trimEnd().length,
    severity: problem.severity,
    message: problem.message,
    ...(fix === undefined
      ? {}
      : {
          actions: [
            {
              name: fix.label,
              apply: (target: EditorView) => {
                const current = quickFixOf(target, problem)
                if (current !== undefined) applyFix(target, current)
              },
            },
          ],
        }),
  }
}
