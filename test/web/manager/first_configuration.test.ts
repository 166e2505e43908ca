import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AuthApiDouble, testIkey, testSkey } from '../../rig/auth_api_double.ts'
import { looksRight, skipChromium } from '../../rig/chromium.ts'
import { ManagerPage } from '../../rig/manager_page.ts'
import { freePort } from '../../rig/running.ts'
import { story } from '../../rig/story.ts'
import { until } from '../../rig/until.ts'
import { traps, trapText } from './traps.ts'

const bin = resolve(import.meta.dirname, '../../../bin')
const secret = 'the-secret-of-the-first-directory'

story(
  'From an empty file to a running proxy, through the Manager alone',
  { skip: skipChromium },
  ({ before, after, step }) => {
    const root = mkdtempSync(join(tmpdir(), 'manager-story-'))
    const file = join(root, 'conf/authproxy.cfg')
    let api: AuthApiDouble
    let manager: ManagerPage
    let port: number

    before(async () => {
      mkdirSync(join(root, 'conf'))
      api = await AuthApiDouble.start()
      // the connectivity tool compares the clocks
      api.check = () => ({ response: { time: Math.floor(Date.now() / 1000) } })
      port = await freePort()
      manager = await ManagerPage.open(join(bin, 'authproxy_manager'), file)
    })
    after(async () => {
      spawnSync(join(bin, 'authproxyctl'), ['stop', '--config', file])
      await manager?.close()
      await api?.close()
      rmSync(root, { recursive: true, force: true })
    })

    step('a missing file begins with the guided start', async () => {
      await manager.shows('What do you want to protect?')
      await manager.press(/^Amazon WorkSpaces/)
      await manager.press('Create the file')
      await manager.shows('An integration key has 20 capital letters and digits.')
      await looksRight(manager.page, 'manager-form')
      await manager.fill('Integration key (ikey)', testIkey)
      await manager.fill('Secret key (skey)', testSkey)
      await manager.fill('API hostname', 'localhost')
      await manager.fill('API port', String(api.port))
      await manager.fill('File of its certificate authority', api.caFile)
      await manager.fill('Directory address 1', '127.0.0.1')
      await manager.fill('Directory address 2', '127.0.0.2')
      await manager.fill('RADIUS secret', secret)
      await manager.fill('RADIUS port', String(port))
      await manager.press('Create the file')
    })

    step('the file is in the editor without a problem, and its secrets are dots', async () => {
      await manager.shows('No problems in the text.')
      const shown = await manager.shownText()
      assert.match(shown, new RegExp(`ikey=${testIkey}\nskey=•+\napi_host=localhost`))
      const html = await manager.page.content()
      assert(!html.includes(testSkey) && !html.includes(secret))
      await manager.page.getByLabel('skey is hidden').click()
      await until(async () => (await manager.shownText()).includes(testSkey))
      await manager.page.keyboard.press('Control+a')
      await manager.page.keyboard.press('Control+c')
      await manager.shows('The copied text contains 3 secrets that are shown as dots.')
      await manager.page.keyboard.press('Control+Home')
      await until(async () => !(await manager.shownText()).includes(testSkey))
    })

    step('validation reaches the API and shows its results', async () => {
      await manager.press('Validate')
      await manager.shows('Connectivity: [radius_server_duo_only]')
      await manager.shows(/^(No issues detected|no errors, \d+ warning)/)
      assert(api.paths.has('/auth/v2/check'))
    })

    step('saving shows the changes, then the proxy starts', async () => {
      await manager.page.keyboard.press('Control+s')
      await manager.dialog.getByText('skey=••••••••').waitFor()
      await looksRight(manager.page, 'manager-save')
      await manager.answer('Save and start')
      await manager.shows('The proxy runs')
      await manager.answer('Done')
      assert.match(readFileSync(file, 'utf8'), new RegExp(`skey=${testSkey}`))
      assert.equal(statSync(file).mode & 0o007, 0)
      await manager.shows('Running')
    })

    step('the status and the log of the proxy are shown', async () => {
      await manager.goTo('Status')
      await manager.shows('[radius_server_duo_only]')
      await manager.shows(`:${port} ·`)
      await looksRight(manager.page, 'manager-status')
      await manager.goTo('Log')
      await manager.shows(/Init Complete/)
      await manager.fill('Search the log', 'no line has this')
      await manager.shows('No line matches.')
      await manager.fill('Search the log', '')
      await manager.goTo('Configuration')
    })

    step('every trap of the reference is shown at its line', async () => {
      await manager.paste(trapText)
      const listed = await manager.problems((problems) => problems.length >= traps.length)
      for (const { line, expected } of traps) {
        const found = listed
          .filter((problem) => problem.line === line)
          .map(({ message }) => message)
        assert(
          found.some((message) => expected.test(message)),
          `line ${line}: ${expected} in ${JSON.stringify(found)}`,
        )
      }
      await looksRight(manager.page, 'manager-problems')
    })

    step('a correction is one click, and can be undone', async () => {
      const before = await manager.shownText()
      await manager.press('Change to failmode')
      await until(async () => (await manager.shownText()).includes('\nfailmode=secure'))
      await manager.page.keyboard.press('Control+z')
      await until(async () => (await manager.shownText()) === before)
      await manager.page.keyboard.press('Control+z')
      await manager.shows('No problems in the text.')
    })

    step('a save over a changed file is refused, and both versions are merged', async () => {
      const onDisk = readFileSync(file, 'utf8')
      await manager.page.keyboard.press('Control+End')
      await manager.page.keyboard.type('debug=true')
      writeFileSync(file, onDisk.replace('[main]', '[main]\nlog_max_files=9'))
      await manager.shows('The file was changed on disk.')
      await manager.press('Save…')
      await manager.shows('Someone else saved the file since you opened it.')
      assert(!readFileSync(file, 'utf8').includes('debug=true'))
      await manager.answer('Merge both')
      await manager.press('Save…')
      await manager.answer('Save and reload')
      await manager.shows('The proxy uses the saved configuration')
      await manager.answer('Done')
      const saved = readFileSync(file, 'utf8')
      assert.match(saved, /log_max_files=9/)
      assert.match(saved, /debug=true/)
    })

    step('the version before it can be restored', async () => {
      await manager.goTo('Backups')
      await manager.press(/^Compare the version of /)
      await manager.dialog.getByText('debug=true').waitFor()
      await manager.answer('Restore into the editor')
      await until(async () => !(await manager.shownText()).includes('debug=true'))
    })

    step('the proxy is stopped', async () => {
      await manager.press('Control')
      await manager.page.getByRole('menuitem', { name: 'Stop' }).click()
      await manager.shows('The proxy is stopped')
      await manager.answer('Done')
      await manager.shows('Stopped')
    })

    step('the link opens nothing a second time', async () => {
      const other = await (await manager.chromium.person()).newPage()
      await other.goto(manager.link)
      await other.getByText(/has already been used/).waitFor()
    })

    step('under another name, and for another site, there is nothing', async () => {
      const { host, port: managerPort } = new URL(manager.link)
      const other = await (await manager.chromium.person()).newPage()
      await other.goto(`http://localhost:${managerPort}/`)
      await other.getByText(`open it as http://${host}`).waitFor()
      const before = readFileSync(file, 'utf8')
      // the same browser, on a page that another user serves at another port
      const site = createServer((_request, response) => response.end('<title>Other</title>'))
      site.listen(0, '127.0.0.1')
      await once(site, 'listening')
      const address = site.address()
      assert(typeof address === 'object' && address !== null)
      const attacked = await manager.page.context().newPage()
      await attacked.goto(`http://127.0.0.1:${address.port}/`)
      const outcome = await attacked.evaluate(
        `fetch('http://${host}/api/file', { method: 'POST', mode: 'no-cors', credentials: 'include',
          body: '{"text":"","base":null}' }).then(() => 'answered', () => 'refused')`,
      )
      site.close()
      site.closeAllConnections()
      assert.equal(outcome, 'refused')
      assert.equal(readFileSync(file, 'utf8'), before)
    })

    step('when the command ends, the page says so and keeps the unsaved text', async () => {
      manager.assertClean()
      await manager.program.stop('SIGINT')
      await manager.page.getByRole('heading', { name: 'The command was ended' }).waitFor()
      await manager.page.getByRole('button', { name: 'Copy the unsaved configuration' }).waitFor()
    })
  },
)
