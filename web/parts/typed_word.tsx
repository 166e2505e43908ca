import { Code } from '@mantine/core'

export function TypedWord({ children }: { readonly children: string }) {
  return <Code className="typed-word">{children}</Code>
}
