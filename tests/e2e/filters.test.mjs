// Filters see pictures and hear sounds whose right answer is known, and Chromium sees and hears what they make of them.
// Kurento's own clients of both generations call those that there are packages for.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { loadKurento } from './lib/kurento.mjs';
import { COLOURS } from './lib/page-server.mjs';
import { Events, useStage } from './lib/stage.mjs';

const { red, lime, blue, white, black } = COLOURS;
const GREY = [120, 120, 120];

// A client whose objects stand on the stage: what it makes belongs to the stage's pipeline.
function useClient(stage, generation) {
  const it = {};
  before(async () => {
    const kurento = loadKurento(generation);
    it.type = kurento.getComplexType;
    it.client = await kurento(stage.server.url, { failAfter: 1 });
    it.pipeline = await it.client.getMediaobjectById(stage.pipeline);
    it.endpoint = await it.client.getMediaobjectById(stage.endpoint);
  });
  after(() => it.client?.close());
  it.make = (type, params) => it.pipeline.create(type, params);
  it.through = async (...filters) => {
    const chain = [it.endpoint, ...filters, it.endpoint];
    for (let i = 0; i + 1 < chain.length; ++i) await chain[i].connect(chain[i + 1]);
  };
  it.listen = (object, ...types) => {
    const events = new Events();
    for (const type of types) object.on(type, (event) => events.take(event));
    return events;
  };
  return it;
}

const values = (events, ...names) => events.map((event) => names.map((name) => event[name]));

describe('Filters', () => {
  const stage = useStage({ tones: [440, 3000] });
  const six = useClient(stage, 6), seven = useClient(stage, 7);
  const image = (name) => `${stage.images}${name}`;

  for (const [name, kurento] of [['6.18', six], ['7.3', seven]]) {
    test(`ZBarFilter reads a QR code and a bar code (kurento-client ${name})`, async () => {
      await stage.show('codes');
      const filter = await kurento.make('ZBarFilter');
      const events = kurento.listen(filter, 'CodeFound');
      await kurento.through(filter);
      const found = await events.until((seen) => new Set(seen.map(({ value }) => value)).size >= 2, 'codes');
      const codes = new Set(values(found, 'type', 'codeType', 'value').map(String));
      assert.deepEqual([...codes].sort(),
        ['CodeFound,EAN-13,4006381333931', 'CodeFound,QR-Code,https://kaskado.example/q?1']);
      await stage.sees('the picture is as it was', { spots: [[20, 20, white], [64, 64, black]] });
      await filter.release();
    });

    test(`GStreamerFilter turns pictures (kurento-client ${name})`, async () => {
      await stage.show('quarters');
      const filter = await kurento.make('GStreamerFilter', { command: 'videoflip method=horizontal-flip' });
      assert.equal(await filter.getCommand(), 'videoflip method=horizontal-flip');
      await kurento.through(filter);
      const at = ([a, b, c, d]) => ({ size: [640, 480], spots: [[160, 120, a], [480, 120, b], [160, 360, c], [480, 360, d]] });
      await stage.sees('the sides change', at([lime, red, white, blue]));
      await filter.setElementProperty('method', 'vertical-flip');
      await stage.sees('above and below change', at([blue, white, red, lime]));
      await filter.setElementProperty('method', 'clockwise');
      await stage.sees('it stands on its side', { size: [480, 640], spots: [[120, 160, blue], [360, 160, red], [120, 480, white], [360, 480, lime]] });
      await filter.release();
    });
  }

  test('GStreamerFilter changes sounds', async () => {
    await stage.through();
    const [low, high] = await stage.hears('two tones', [[440, -50, 0], [3000, -50, 0]]);
    const mute = await seven.make('GStreamerFilter', { command: 'audiocheblimit mode=low-pass cutoff=1200 poles=8 ! volume volume=1', filterType: 'AUDIO' });
    await seven.through(mute);
    await stage.hears('the high one is gone', [[440, low - 4, low + 4], [3000, -200, high - 30]]);
    await mute.setElementProperty('volume', '0.1');
    await stage.hears('the low one is a tenth', [[440, low - 24, low - 16]]);
    await mute.release();
  });

  for (const [name, kurento] of [['6.18', six], ['7.3', seven]]) {
    test(`ChromaFilter puts an image in place of a screen (kurento-client ${name})`, async () => {
      await stage.show('screen');
      const window = kurento.type('chroma.WindowParam')({ topRightCornerX: 8, topRightCornerY: 8, width: 80, height: 80 });
      const filter = await kurento.make('ChromaFilter', { window, backgroundImage: image('red.png') });
      await kurento.through(filter);
      const before = (colour) => ({ spots: [[60, 240, colour], [320, 60, colour], [600, 400, colour], [320, 300, white]] });
      await stage.sees('red behind', before(red));
      await filter.setBackground(image('blue.png'));
      await stage.sees('blue behind', before(blue));
      await filter.unsetBackground();
      await stage.sees('black behind', before(black));
      await filter.release();
    });
  }

  test('PointerDetectorFilter follows the pointer through a window', async () => {
    await stage.show('pointer', { x: 80, y: 80 });
    const calibrationRegion = six.type('pointerdetector.WindowParam')({ topRightCornerX: 64, topRightCornerY: 64, width: 32, height: 32 });
    const button = six.type('PointerDetectorWindowMediaParam')({ id: 'button', upperRightX: 400, upperRightY: 120,
      width: 160, height: 160, image: image('blue.png'), activeImage: image('red.png'), imageTransparency: 0 });
    const filter = await six.make('PointerDetectorFilter', { calibrationRegion, windows: [button] });
    const events = six.listen(filter, 'WindowIn', 'WindowOut');
    await six.through(filter);
    await stage.sees('the window, and the pointer in its place', { spots: [[416, 136, blue], [80, 80, [30, 220, 40]]] });
    await filter.trackColorFromCalibrationRegion();
    await stage.sees('it is marked', { spots: [[80, 80, red]] });
    await stage.show('pointer', { x: 480, y: 200 });
    await events.until((seen) => seen.length > 0, 'WindowIn');
    await stage.sees('the window is active', { spots: [[416, 136, red]] });
    await stage.show('pointer', { x: 200, y: 380 });
    await events.until((seen) => seen.length > 1, 'WindowOut');
    await stage.sees('the window is as before', { spots: [[416, 136, blue]] });
    assert.deepEqual(values(events.seen, 'type', 'windowId'), [['WindowIn', 'button'], ['WindowOut', 'button']]);
    await filter.clearWindows();
    await stage.sees('no window is left', { spots: [[416, 136, [150, 140, 130]]] });
    await filter.release();
  });

  test('PlateDetectorFilter reads number plates', async () => {
    await stage.show('car', {});
    const filter = await six.make('PlateDetectorFilter');
    await filter.setPlateWidthPercentage(0.4);
    const events = six.listen(filter, 'PlateDetected');
    await six.through(filter);
    await stage.sees('an empty road', { spots: [[320, 210, [60, 60, 70]]] });
    await stage.show('car', { plate: '1234 BCD' });
    await events.until((seen) => seen.length > 0, 'the first plate');
    await stage.show('car', { plate: 'MKX 472' });
    await events.until((seen) => seen.length > 1, 'the second plate');
    assert.deepEqual(values(events.seen, 'type', 'plate'), [['PlateDetected', '1234BCD'], ['PlateDetected', 'MKX472']]);
    await filter.release();
  });

  test('CrowdDetectorFilter tells how full a region is, and where those in it go', async () => {
    await stage.show('plain');
    const corners = [[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]];
    const points = corners.map(([x, y]) => six.type('RelativePoint')({ x, y }));
    const regionOfInterestConfig = six.type('RegionOfInterestConfig')({ occupancyLevelMin: 10, occupancyLevelMed: 35,
      occupancyLevelMax: 65, occupancyNumFramesToEvent: 5, fluidityLevelMin: 10, fluidityLevelMed: 35, fluidityLevelMax: 65,
      fluidityNumFramesToEvent: 5, sendOpticalFlowEvent: true, opticalFlowNumFramesToEvent: 5,
      opticalFlowNumFramesToReset: 5, opticalFlowAngleOffset: 0 });
    const rois = [six.type('RegionOfInterest')({ id: 'gate', points, regionOfInterestConfig })];
    const filter = await six.make('CrowdDetectorFilter', { rois });
    const occupancy = six.listen(filter, 'CrowdDetectorOccupancy');
    const fluidity = six.listen(filter, 'CrowdDetectorFluidity');
    const direction = six.listen(filter, 'CrowdDetectorDirection');
    await six.through(filter);
    await stage.sees('the empty place', { spots: [[240, 240, GREY]] }, { pictures: 10 });
    await stage.show('crowd', { speed: 4 });
    const [full] = (await occupancy.until((seen) => seen.length > 0, 'occupancy')).slice(-1);
    assert.deepEqual([full.roiId, full.occupancyLevel], ['gate', 2]);
    assert.ok(full.occupancyPercentage > 35 && full.occupancyPercentage < 65, `half of it: ${full.occupancyPercentage} %`);
    const moving = await fluidity.until((seen) => seen.some(({ fluidityLevel }) => fluidityLevel === 3), 'fluidity');
    assert.ok(moving.every(({ roiId }) => roiId === 'gate'));
    const [way] = await direction.until((seen) => seen.length > 0, 'direction');
    assert.deepEqual([way.roiId, way.directionAngle], ['gate', 0]);
    await stage.show('plain');
    const [empty] = (await occupancy.until((seen) => seen.at(-1).occupancyLevel === 0, 'nobody')).slice(-1);
    assert.ok(empty.occupancyPercentage <= 10, `nobody: ${empty.occupancyPercentage} %`);
    await filter.release();
  });

  // Where things are in the photograph, in shares of its side.
  const FACE = { eyes: [[0.42, 0.4], [0.58, 0.4]], mouth: [0.49, 0.56] };
  const PLACE = { x: 80, y: 0, side: 480 };
  const inPhotograph = ([x, y]) => [Math.round(PLACE.x + x * PLACE.side), Math.round(PLACE.y + y * PLACE.side)];

  async function showPhotograph() {
    await stage.page.evaluate((url) => window.stage.load(url), '/face.jpg');
    await stage.show('photograph', { url: '/face.jpg', ...PLACE });
  }

  test('FaceOverlayFilter covers a face', async () => {
    await showPhotograph();
    const filter = await seven.make('FaceOverlayFilter');
    await filter.setOverlayedImage(image('red.png'), 0, 0, 1, 1);
    await seven.through(filter);
    const spots = [...FACE.eyes, FACE.mouth].map((at) => [...inPhotograph(at), red]);
    await stage.sees('eyes and mouth are covered', { spots, others: [[200, 60, red]] });
    await filter.unsetOverlayedImage();
    await stage.sees('the face is back', { others: spots });
    await filter.release();
  });

  test('KmsDetectFaces finds a face and KmsShowFaces outlines it', async () => {
    await showPhotograph();
    const show = await seven.make('KmsShowFaces');
    await seven.through(show);
    const outline = { colour: lime, within: [80, 0, 560, 480], tolerance: 110 };
    await stage.sees('no face was told of', { share: { ...outline, most: 0.0005 } }, { pictures: 10 });
    const detect = await seven.make('KmsDetectFaces');
    await seven.through(detect, show);
    const eyes = FACE.eyes.map((at) => [...inPhotograph(at), lime]);
    await stage.sees('an outline', { others: eyes, share: { ...outline, least: 0.005, most: 0.05 } });
    await detect.release();
    await show.release();
  });

  // By raw JSON-RPC, for Kurento's Node clients send the id alone where an operation has a parameter `id`.
  test('ImageOverlayFilter lays images over the picture', async () => {
    await stage.show('plain');
    const filter = await stage.make('ImageOverlayFilter');
    const add = (id, uri, [offsetXPercent, offsetYPercent, widthPercent, heightPercent], fitted) => stage.rpc.invoke(filter, 'addImage',
      { id, uri, offsetXPercent, offsetYPercent, widthPercent, heightPercent, keepAspectRatio: fitted, center: fitted });
    await add('a', image('red.png'), [0.5, 0.5, 0.25, 0.25], false);
    await stage.through(filter);
    await stage.sees('one image', { spots: [[340, 260, red], [460, 340, red], [300, 260, GREY], [500, 380, GREY]] });
    await add('b', image('blue.png'), [0.25, 0.5, 0.5, 0.25], true);
    await stage.sees('another one above, square and in the middle',
      { spots: [[320, 300, blue], [270, 300, blue], [250, 300, GREY], [440, 300, red]] });
    for (const id of ['a', 'b']) await stage.rpc.invoke(filter, 'removeImage', { id });
    await stage.sees('none', { spots: [[320, 300, GREY], [440, 300, GREY]] });
    await stage.rpc.release(filter);
  });

  test('ArMarkerdetector counts markers and covers them', async () => {
    const two = [{ id: 42, x: 80, y: 80 }, { id: 42, x: 400, y: 260 }];
    await stage.show('markers', { markers: two.slice(0, 1) });
    const filter = await stage.make('ArMarkerdetector');
    const events = await stage.listen(filter, 'MarkerCount');
    await stage.through(filter);
    const counts = () => values(events.seen, 'markerId', 'markerCount', 'markerCountDiff');
    await events.until((seen) => seen.length > 0, 'a marker');
    assert.deepEqual(counts(), [[42, 1, 1]]);
    await stage.rpc.invoke(filter, 'setOverlayImage', { overlayImage: image('red.png') });
    await stage.sees('it is covered', { spots: [[88, 88, red], [136, 136, red], [480, 420, white]] });
    await stage.show('markers', { markers: [...two, { id: 7, x: 400, y: 60 }] });
    await events.until((seen) => seen.length > 2, 'two more');
    assert.deepEqual(counts().slice(1).sort(), [[42, 2, 1], [7, 1, 1]].sort());
    await stage.sees('all are covered', { spots: [[136, 136, red], [456, 316, red], [456, 116, red]] });
    await stage.show('markers', { markers: [] });
    const gone = (seen, id) => seen.filter(({ markerId }) => markerId === id).at(-1).markerCount === 0;
    await events.until((seen) => gone(seen, 42) && gone(seen, 7), 'none');
    await stage.rpc.release(filter);
  });

  describe('What goes wrong', () => {
    const ILLEGAL_PARAM = 40107;
    const refused = (promise, text, code = ILLEGAL_PARAM) => assert.rejects(promise, (error) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.text, text);
      return true;
    });

    test('a command of GStreamer that is none makes no filter', async () => {
      const MARSHALL_ERROR = 40001;  // as Kurento has it
      const make = (command, filterType) => stage.make('GStreamerFilter', { command, ...(filterType && { filterType }) });
      await refused(make('nosuchelement'), /nosuchelement/, MARSHALL_ERROR);
      await refused(make('videoflip method=sideways'), /sideways/, MARSHALL_ERROR);
      await refused(make('videoflip nosuchproperty=1'), /nosuchproperty/, MARSHALL_ERROR);
      await refused(make('videotestsrc'), /source/, MARSHALL_ERROR);
      await refused(make('fakesink'), /sink/, MARSHALL_ERROR);
      await refused(make('volume', 'VIDEO'), /./, MARSHALL_ERROR);
      await refused(make(''), /./, MARSHALL_ERROR);
      const children = await stage.rpc.invoke(stage.pipeline, 'getChildren');
      assert.deepEqual(children, [stage.endpoint], 'none of them is left');
    });

    test('a call that is wrong is refused and leaves the filter as it was', async () => {
      await stage.show('quarters');
      const flip = await stage.make('GStreamerFilter', { command: 'videoflip method=horizontal-flip' });
      const overlay = await stage.make('ImageOverlayFilter');
      await stage.through(flip, overlay);
      const set = (propertyName, propertyValue) =>
        stage.rpc.invoke(flip, 'setElementProperty', { propertyName, propertyValue });
      await refused(set('nosuchproperty', '1'), /nosuchproperty/);
      await refused(set('method', 'sideways'), /sideways/);
      const add = { id: 'a', uri: image('red.png'), offsetXPercent: 0, offsetYPercent: 0, widthPercent: -1, heightPercent: 1,
        keepAspectRatio: false, center: false };
      await refused(stage.rpc.invoke(overlay, 'addImage', add), /widthPercent/);
      await refused(stage.rpc.invoke(overlay, 'addImage', { ...add, uri: 7 }), /uri/);
      await refused(stage.rpc.invoke(overlay, 'setElementProperty', {}), /./);
      await stage.sees('media goes on', { spots: [[160, 120, lime], [480, 120, red]] });
      await stage.rpc.release(flip);
      await stage.rpc.release(overlay);
    });

    test('an image that cannot be had is told by Error, and media goes on', async () => {
      await stage.show('quarters');
      const overlay = await stage.make('ImageOverlayFilter');
      const errors = await stage.listen(overlay, 'Error');
      await stage.through(overlay);
      const lost = ['missing.png', 'peer.html'].map(image);
      for (const [i, uri] of [...lost, '/nosuchfile.png'].entries()) {
        await stage.rpc.invoke(overlay, 'addImage', { id: 'a', uri, offsetXPercent: 0, offsetYPercent: 0, widthPercent: 1,
          heightPercent: 1, keepAspectRatio: false, center: false });
        const { description, source } = (await errors.until((seen) => seen.length > i, uri)).at(-1);
        assert.ok(description.includes("'uri'") && description.includes(uri), description);
        assert.equal(source, overlay);
      }
      await stage.sees('media goes on', { spots: [[160, 120, red], [480, 120, lime]] });
      await stage.rpc.release(overlay);
    });

    test('elements that fail are told by Error once, and media goes by', async () => {
      await stage.show('quarters');
      const filter = await stage.make('GStreamerFilter', { command: 'identity error-after=5 ! videoflip method=horizontal-flip', filterType: 'VIDEO' });
      const errors = await stage.listen(filter, 'Error');
      await stage.through(filter);
      const [{ description }] = await errors.until((seen) => seen.length > 0, 'Error');
      assert.match(description, /command/);
      await stage.sees('unfiltered', { spots: [[160, 120, red], [480, 120, lime]] }, { pictures: 10 });
      assert.equal(errors.seen.length, 1);
      await stage.rpc.release(filter);
    });
  });
});
