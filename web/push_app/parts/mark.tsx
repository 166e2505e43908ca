import mark from '../../parts/mark.svg'

export function Mark() {
  return <img className="mark" src={mark} alt="" width="64" height="64" />
}
