// What a call sends: the camera and microphone, or a test picture where there is none.

import { openTestPicture } from "./test-picture.js";

const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Browsers give the camera to https and localhost pages only. */
export const canUseCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

/**
 * Resolves to {stream, kind, fellBackFrom, close()}. If the camera cannot be had, the test picture takes its
 * place and `fellBackFrom` is the browser's reason.
 */
export async function openSource(kind) {
  if (kind === "camera" && canUseCamera()) {
    try {
      return await openCamera();
    } catch (error) {
      return { ...(await openTestPicture()), fellBackFrom: error };
    }
  }
  return openTestPicture();
}

async function openCamera() {
  const stream = await askForCamera();
  return { stream, kind: "camera", close: () => stream.getTracks().forEach((track) => track.stop()) };
}

/** A machine with a camera and no microphone, or the reverse, sends what it has. */
async function askForCamera() {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: CAMERA, audio: true });
  } catch (error) {
    if (error.name !== "NotFoundError") throw error;
    return navigator.mediaDevices.getUserMedia({ video: CAMERA })
      .catch(() => navigator.mediaDevices.getUserMedia({ audio: true }))
      .catch(() => Promise.reject(error));
  }
}
