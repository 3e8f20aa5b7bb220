import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { readImages } from "../../../../lib/assets/images/imageSource";
import { demoBatch } from "../../../../lib/assets/images/demoImages";
import type { LabelledImages } from "../../../../lib/assets/images/labelledImages";
import { FileError } from "../../../../lib/core/errors";
import { sha256 } from "../../../../lib/core/files";
import { temporaryFolder } from "../../../fixtures/assets/hostile";
import { tarOf } from "../../../fixtures/assets/server";

const base = temporaryFolder();
const [train, test_] = [demoBatch(5, 3), demoBatch(4, 4)];

function folderOf(files: Record<string, Uint8Array | string>): string {
  const folder = mkdtempSync(join(base, "cifar-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const read = (path: string, labels?: string) => readImages(path, labels, { size: 128, folder: base });

function refused(files: Record<string, Uint8Array | string>, culprit: string, reason: RegExp, labels?: string) {
  const folder = folderOf(files);
  return assert.rejects(
    read(folder, labels),
    (error: unknown) => error instanceof FileError && error.file === join(folder, culprit) && reason.test(error.reason),
  );
}

const pixelsOf = ({ pixels, count }: LabelledImages) => Buffer.from(pixels(0, count)).toString("hex");
const pixelBytes = (records: Uint8Array, labelBytes = 1) =>
  Array.from({ length: records.length / (3072 + labelBytes) }, (_, i) => {
    const start = i * (3072 + labelBytes);
    return Buffer.from(records.subarray(start + labelBytes, start + labelBytes + 3072)).toString("hex");
  }).join("");

const binary = { "data_batch_1.bin": train, "test_batch.bin": test_ };

test("CIFAR-10's binary version: labels, then pixels; ten classes unless a list names others", async () => {
  const images = await read(folderOf(binary));
  assert.deepEqual([images.train.count, images.test.count, images.kind], [5, 4, "CIFAR-10 (binary)"]);
  assert.deepEqual(
    [...images.train.labels],
    [0, 1, 2, 3, 4].map((i) => train[i * 3073]),
  );
  assert.equal(pixelsOf(images.train), pixelBytes(train));
  assert.deepEqual([images.train.sha256, images.train.shape], [sha256(train), [3, 32, 32]]);
  assert.deepEqual([images.classNames.length, images.classNames[9]], [10, "class 9"]);
  const named = await read(folderOf({ ...binary, "batches.meta.txt": "a\nb\nc\nd\ne\nf\ng\nh\ni\nگربه\nk\n" }));
  assert.deepEqual([named.classNames.length, named.classNames[9]], [11, "گربه"]);
});

test("a file that is missing, empty, cut, or has a label beyond the classes, is named", async () => {
  await refused({ "data_batch_1.bin": train }, "", /^lacks test_batch\.bin: .*data_batch_1\.bin and test_batch\.bin/);
  await refused({ ...binary, "test_batch.bin": "" }, "test_batch.bin", /is empty/);
  await refused(
    { ...binary, "data_batch_1.bin": train.subarray(0, -1) },
    "data_batch_1.bin",
    /has 15364 bytes, no multiple of 3073/,
  );
  const wrong = Uint8Array.from(train);
  wrong[2 * 3073] = 10;
  await refused({ ...binary, "data_batch_1.bin": wrong }, "data_batch_1.bin", /label 10 at image 2: labels are 0 to 9/);
  await refused({ ...binary, "batches.meta.txt": "\n" }, "batches.meta.txt", /names no class/);
});

/** As many records of two labels: coarse = fine / 5. */
function hundred(count: number, seed: number): Buffer {
  const records = demoBatch(count, seed);
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => {
      const fine = (17 * i + seed) % 100;
      return Buffer.concat([Buffer.of(Math.floor(fine / 5), fine), records.subarray(i * 3073 + 1, (i + 1) * 3073)]);
    }),
  );
}

const names = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `${kind} ${i}`);
const hundredBinary = {
  "train.bin": hundred(6, 1),
  "test.bin": hundred(3, 2),
  "fine_label_names.txt": names("fine", 100).join("\n"),
  "coarse_label_names.txt": names("coarse", 20).join("\n"),
};

test("CIFAR-100's binary version: fine labels, or coarse ones if told", async () => {
  const folder = folderOf(hundredBinary);
  const [fine, coarse] = [await read(folder), await read(folder, "coarse")];
  assert.deepEqual([...fine.train.labels], [1, 18, 35, 52, 69, 86]);
  assert.deepEqual([...coarse.train.labels], [0, 3, 7, 10, 13, 17]);
  assert.deepEqual([fine.classNames[99], coarse.classNames[19]], ["fine 99", "coarse 19"]);
  assert.deepEqual([fine.kind, coarse.kind], ["CIFAR-100 (binary), fine labels", "CIFAR-100 (binary), coarse labels"]);
  assert.equal(pixelsOf(fine.test), pixelBytes(hundredBinary["test.bin"], 2));
  assert.equal(pixelsOf(coarse.test), pixelsOf(fine.test));
  const unnamed = await read(folderOf({ "train.bin": hundred(6, 1), "test.bin": hundred(3, 2) }), "coarse");
  assert.deepEqual([unnamed.classNames.length, unnamed.classNames[19]], [20, "class 19"]);
});

test("labels that are not there are refused by the option's name", async () => {
  await assert.rejects(read(folderOf(binary), "coarse"), /^UserError: --labels .* not "coarse" for CIFAR-10/);
  for (const none of ["rough", "constructor"])
    await assert.rejects(
      read(folderOf(hundredBinary), none),
      new RegExp(`^UserError: --labels .* not "${none}" for CIFAR-100`),
    );
  const folders = folderOf({});
  for (const name of ["a", "b"]) mkdirSync(join(folders, name));
  await assert.rejects(read(folders, "fine"), /^UserError: --labels fine: only CIFAR-100/);
});

test("an archive is read as the folder that it unpacks to", async () => {
  for (const [files, labels] of [
    [{ ...binary, "data_batch_2.bin": Buffer.alloc(3073), "readme.html": "<html>" }, undefined],
    [hundredBinary, "coarse"],
  ] as const) {
    const buffers = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]));
    const archive = join(folderOf({}), "cifar.tar.gz");
    writeFileSync(archive, gzipSync(tarOf(buffers)));
    const [packed, unpacked] = [await read(archive, labels), await read(folderOf(files), labels)];
    assert.deepEqual(packed.classNames, unpacked.classNames);
    assert.deepEqual([packed.train.sha256, packed.test.sha256], [unpacked.train.sha256, unpacked.test.sha256]);
  }
});

test("an archive that is cut, of something else, or no archive, is refused in one line", async () => {
  const folder = folderOf({
    "cut.tar.gz": gzipSync(tarOf({ "train.bin": hundred(6, 1) })).subarray(0, 3000),
    "photos.tgz": gzipSync(tarOf({ "a.png": Buffer.from("x") })),
    "images.zip": "PK",
  });
  await assert.rejects(read(join(folder, "cut.tar.gz")), /cut\.tar\.gz: (is damaged|holds no CIFAR)/);
  await assert.rejects(read(join(folder, "photos.tgz")), /photos\.tgz: holds no CIFAR-10 or CIFAR-100: unpack it/);
  await assert.rejects(read(join(folder, "images.zip")), /images\.zip: is neither a folder nor a \.tar\.gz/);
  await assert.rejects(read(join(folder, "none")), /none: does not exist/);
});

/** What Python 2's cPickle writes with protocol 2, as CIFAR's Python versions were made: texts are bytes. */
const python2 = {
  text: (bytes: string | Uint8Array) => {
    const content = Buffer.from(bytes as string);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(content.length);
    return content.length < 256
      ? Buffer.concat([Buffer.from("U"), Buffer.of(content.length), content])
      : Buffer.concat([Buffer.from("T"), length, content]);
  },
  list: (items: readonly Buffer[]) => Buffer.concat([Buffer.from("]("), ...items, Buffer.from("e")]),
  number: (value: number) => Buffer.of(0x4b, value),
  /** A NumPy array of bytes, (count, 3072). */
  array: (count: number, bytes: Uint8Array, fortran = false) =>
    Buffer.concat([
      Buffer.from(
        "cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\0\x85U\x01b\x87Rq\t(K\x01",
        "latin1",
      ),
      Buffer.from([0x4d, count & 255, count >> 8, 0x4d, 0, 12, 0x86]),
      Buffer.from(
        "cnumpy\ndtype\nq\nU\x02u1K\0K\x01\x87Rq\x0b(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb",
        "latin1",
      ),
      Buffer.from(fortran ? "\x88" : "\x89", "latin1"),
      python2.text(bytes),
      Buffer.from("tb"),
    ]),
  dictionary: (entries: Record<string, Buffer>) =>
    Buffer.concat([
      Buffer.from("\x80\x02}q\x01(", "latin1"),
      ...Object.entries(entries).flatMap(([name, value]) => [python2.text(name), value]),
      Buffer.from("u."),
    ]),
};

/** The pickle that holds these records. */
function pickled(records: Uint8Array, lists: readonly string[], fortran = false): Buffer {
  const recordBytes = lists.length + 3072;
  const count = records.length / recordBytes;
  const labels = lists.map((name, at) => {
    const numbers = Array.from({ length: count }, (_, i) => python2.number(records[i * recordBytes + at]));
    return [name, python2.list(numbers)];
  });
  const pixels = Buffer.from(pixelBytes(records, lists.length), "hex");
  const stored = fortran ? pixels.map((_, i) => pixels[(i % count) * 3072 + Math.floor(i / count)]) : pixels;
  const files = Array.from({ length: count }, (_, i) => python2.text(`camion_s_${i}.png`));
  return python2.dictionary({
    batch_label: python2.text("training batch 1 of 5"),
    ...Object.fromEntries(labels),
    data: python2.array(count, stored, fortran),
    filenames: python2.list(files),
  });
}

test("CIFAR's Python versions give what the binary ones give", async () => {
  const names = ["grenouille bleutée", ...numbered(9)];
  const ten = await read(
    folderOf({
      data_batch_1: pickled(train, ["labels"]),
      test_batch: pickled(test_, ["labels"], true),
      "batches.meta": python2.dictionary({ label_names: python2.list(names.map(python2.text)) }),
    }),
  );
  const binaryTen = await read(folderOf(binary));
  assert.deepEqual([ten.kind, ten.classNames], ["CIFAR-10 (Python)", names]);
  // The same checksums, so that the official images are official in either version.
  assert.deepEqual([ten.train.sha256, ten.test.sha256], [binaryTen.train.sha256, binaryTen.test.sha256]);
  const lists = ["coarse_labels", "fine_labels"];
  const coarse = await read(
    folderOf({ train: pickled(hundred(6, 1), lists), test: pickled(hundred(3, 2), lists) }),
    "coarse",
  );
  const binaryCoarse = await read(folderOf(hundredBinary), "coarse");
  assert.deepEqual([...coarse.train.labels], [...binaryCoarse.train.labels]);
  assert.equal(pixelsOf(coarse.test), pixelsOf(binaryCoarse.test));
  assert.equal(coarse.classNames.length, 20);
});

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `name ${i}`);

test("a pickle that is none of CIFAR's is refused in one line, and nothing in it is run", async () => {
  const sound = pickled(train, ["labels"]);
  const others: [Buffer, RegExp][] = [
    [Buffer.from("no pickle"), /is no pickle of CIFAR/],
    [sound.subarray(0, 9000), /is no pickle of CIFAR/],
    [Buffer.from("\x80\x02cposix\nsystem\nU\x02lsq\x01\x85R.", "latin1"), /is no pickle of CIFAR.*asks for/],
    [Buffer.from("\x80\x02].", "latin1"), /is no pickle of CIFAR.*no dictionary/],
    [python2.dictionary({ labels: python2.list([]) }), /does not hold as many labels as images/],
    [python2.dictionary({ data: python2.array(1, new Uint8Array(3072)) }), /does not hold as many labels as images/],
    [pickled(train, ["fine_labels"]), /does not hold as many labels as images/],
  ];
  for (const [content, reason] of others)
    await refused({ data_batch_1: content, test_batch: sound }, "data_batch_1", reason);
  const meta = python2.dictionary({ names: python2.list([]) });
  await refused(
    { data_batch_1: sound, test_batch: sound, "batches.meta": meta },
    "batches.meta",
    /holds no list of label_names/,
  );
});
