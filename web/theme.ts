import {
  ActionIcon,
  Anchor,
  Button,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  Menu,
  mergeThemeOverrides,
  Paper,
  PasswordInput,
  Select,
  Textarea,
  TextInput,
  type VariantColorsResolver,
} from '@mantine/core'

type Tone = 'primary' | 'danger' | 'success' | 'warning'

const tones: readonly Tone[] = ['primary', 'danger', 'success', 'warning']

/**
 * Maps Mantine's colours to the variables in `palette.css`, which define the light and the dark theme.
 */
const toneColours: VariantColorsResolver = (input) => {
  const resolved = defaultVariantColorsResolver(input)
  const tone = tones.find((name) => name === (input.color ?? input.theme.primaryColor))
  if (tone === undefined) return resolved
  const [colour, soft] = [`var(--${tone})`, `var(--${tone}-soft)`]
  const none = '1px solid transparent'
  switch (input.variant) {
    case 'filled': {
      const hover = tone === 'primary' ? 'var(--primary-hover)' : colour
      return { background: colour, hover, color: `var(--on-${tone})`, border: none }
    }
    case 'light':
      return { background: soft, hover: soft, color: colour, border: none }
    case 'subtle':
      return { background: 'transparent', hover: soft, color: colour, border: none }
    case 'outline':
      return {
        background: 'transparent',
        hover: soft,
        color: colour,
        border: `1px solid ${colour}`,
      }
    default:
      return resolved
  }
}

const shades = (
  colour: string,
): [string, string, string, string, string, string, string, string, string, string] => [
  colour,
  colour,
  colour,
  colour,
  colour,
  colour,
  colour,
  colour,
  colour,
  colour,
]

export const theme = createTheme({
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--font-mono)',
  headings: { fontFamily: 'var(--font)', fontWeight: '650' },
  primaryColor: 'primary',
  colors: {
    primary: shades('var(--primary)'),
    danger: shades('var(--danger)'),
    success: shades('var(--success)'),
    warning: shades('var(--warning)'),
  },
  variantColorResolver: toneColours,
  defaultRadius: 'md',
  radius: { sm: '8px', md: '10px', lg: '12px' },
  focusRing: 'auto',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { size: 'md' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', size: 'lg' } }),
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    Checkbox: Checkbox.extend({ defaultProps: { radius: 6 } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'md' } }),
    Paper: Paper.extend({ defaultProps: { radius: 'lg', p: 'lg', withBorder: true } }),
    // keep the menu inside its landmark, with menu items only, as axe requires
    Menu: Menu.extend({
      defaultProps: { withinPortal: false, withInitialFocusPlaceholder: false },
    }),
  },
})

/** For pages with much on them, which are used with a mouse. */
export const compactTheme = mergeThemeOverrides(theme, {
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: 'sm' } }),
    Select: Select.extend({ defaultProps: { size: 'sm' } }),
    Textarea: Textarea.extend({ defaultProps: { size: 'sm' } }),
  },
})

const shared = {
  '--mantine-color-body': 'var(--ground)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-dim)',
  '--mantine-color-placeholder': 'var(--text-dim)',
  '--mantine-color-anchor': 'var(--primary)',
  '--mantine-color-error': 'var(--danger)',
  '--mantine-color-default': 'var(--card)',
  '--mantine-color-default-hover': 'var(--sunken)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-disabled': 'var(--sunken)',
  '--mantine-color-disabled-color': 'var(--text-dim)',
  '--mantine-primary-color-filled': 'var(--primary)',
  '--mantine-primary-color-filled-hover': 'var(--primary-hover)',
  '--mantine-primary-color-light': 'var(--primary-soft)',
  '--mantine-primary-color-light-hover': 'var(--primary-soft)',
  '--mantine-primary-color-light-color': 'var(--primary)',
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: shared,
  dark: shared,
})
