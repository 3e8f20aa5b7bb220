/** An official file as its publisher offers it. */
export interface OfficialFile {
  name: string;
  url: string;
  bytes: number;
  /** The checksum its publisher gives, in hexadecimal. */
  checksum: { algorithm: "sha256" | "md5"; digest: string };
}

/** torchvision's ResNet-18, IMAGENET1K_V1, as the report uses it; the digest's first digits are in the name. */
export const officialWeights: OfficialFile = {
  name: "resnet18-f37072fd.pth",
  url: "https://download.pytorch.org/models/resnet18-f37072fd.pth",
  bytes: 46_830_571,
  checksum: { algorithm: "sha256", digest: "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec" },
};

/** CIFAR-10, binary version. */
export const cifarArchive: OfficialFile = {
  name: "cifar-10-binary.tar.gz",
  url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  bytes: 170_052_171,
  checksum: { algorithm: "md5", digest: "c32a1d4ab5d03f1284b67883e8d87530" },
};

/** The folder in that archive, and under data/cache. */
export const cifarFolder = "cifar-10-batches-bin";

export const trainFile = "data_batch_1.bin";
export const testFile = "test_batch.bin";

/** SHA-256 of the archive's files of images. */
export const cifarChecksums: Record<string, string> = {
  [trainFile]: "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
  "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
  "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
  "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
  "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
  [testFile]: "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
};

export const cifarClassNames = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];
