import { Text } from '@mantine/core'
import { IconFileUpload } from '@tabler/icons-react'
import { type DragEvent, useId, useState } from 'react'

/**
 * Chooses a file, by drag and drop or by the file dialog.
 *
 * @param props.accept Kinds of files for the dialog, such as `.csv,text/csv`.
 * @param props.maxBytes Larger files are refused with a message.
 */
export function FileDrop({
  label,
  hint,
  accept,
  maxBytes,
  onFile,
}: {
  readonly label: string
  readonly hint: string
  readonly accept: string
  readonly maxBytes: number
  readonly onFile: (file: File) => void
}) {
  const [over, setOver] = useState(false)
  const [problem, setProblem] = useState('')
  const id = useId()
  const take = (file: File | undefined) => {
    if (file === undefined) return
    const tooLarge = file.size > maxBytes
    setProblem(tooLarge ? `${file.name} is larger than ${Math.floor(maxBytes / 2 ** 20)} MB.` : '')
    if (!tooLarge) onFile(file)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is only another way to choose a file
    <div
      className="file-drop"
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <IconFileUpload size={28} stroke={1.5} aria-hidden />
      <label htmlFor={id} className="file-label">
        {label}
      </label>
      <input
        id={id}
        type="file"
        accept={accept}
        className="visually-hidden"
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          take(event.currentTarget.files?.[0])
          // so that the same file can be chosen again after it was mended
          event.currentTarget.value = ''
        }}
      />
      <Text fz="sm" c="dimmed" id={`${id}-hint`}>
        {hint}
      </Text>
      <Text fz="sm" c="danger" role="alert" className="may-be-empty">
        {problem}
      </Text>
    </div>
  )
}
