import t from 'tap'
import { unitPath } from '../../../agent/systemd/unit-path.ts'

t.test('the names of units as sd_bus_path_encode(3) writes them', async (t) => {
  const unit = '/org/freedesktop/systemd1/unit'
  t.equal(unitPath('dbus.service'), `${unit}/dbus_2eservice`)
  t.equal(unitPath('data@1.service'), `${unit}/data_401_2eservice`)
  t.equal(unitPath('a_b-c:d\\x2d.mount'), `${unit}/a_5fb_2dc_3ad_5cx2d_2emount`)
  t.equal(unitPath('9p.mount'), `${unit}/_39p_2emount`, 'no digit in the first place')
  t.equal(unitPath('ä'), `${unit}/_c3_a4`)
  t.equal(unitPath(''), `${unit}/_`)
})
