import '@mantine/core/styles.css'
import '../palette.css'
import { MantineProvider, Text } from '@mantine/core'
import { createRoot } from 'react-dom/client'

const root = document.getElementById('root')
// hidden from style sheets, as the attribute is; a page has one for itself
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

if (root !== null) {
  createRoot(root).render(
    <MantineProvider defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Text p="md">Please ask your administrator for a device or a passcode generator.</Text>
    </MantineProvider>,
  )
}
