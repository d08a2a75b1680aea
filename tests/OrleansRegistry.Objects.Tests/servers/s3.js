'use strict';

// S3rver, and where it does otherwise than S3: it lists in the order of its files; two puts of one key get mixed up; a range of an empty object has a
// byte; uploads in parts cannot be listed or dropped, and are made by a part of one that is not there.
// node s3.js FOLDER: prints its port, and ends with its standard input.
const fs = require('fs');
const http = require('http');
const path = require('path');
const S3rver = require('s3rver');
const S3Object = require('s3rver/lib/models/object');

const [folder] = process.argv.slice(2);
const suffix = '._S3rver_object';
const s3 = new S3rver({ directory: folder, silent: true });
const callback = s3.callback();
const putting = new Map();

s3.store.listObjects = async (bucket, { startAfter = '', prefix = '', maxKeys }) => {
  const files = await fs.promises.readdir(path.join(folder, bucket), { recursive: true });
  const keys = files.filter(file => file.endsWith(suffix)).map(file => file.slice(0, -suffix.length))
    .filter(key => key.startsWith(prefix) && key > startAfter).sort();
  const page = keys.slice(0, maxKeys);
  const objects = page.map(async key => new S3Object(bucket, key, null, await s3.store.getMetadata(bucket, key)));
  return { objects: await Promise.all(objects), commonPrefixes: [], isTruncated: keys.length > page.length };
};

// Folders stay: one that goes while another's object is put into it ends the server.
s3.store.deleteObject = async (bucket, key) => {
  for (const resource of ['object', 'object.md5', 'metadata.json']) {
    await fs.promises.rm(s3.store.getResourcePath(bucket, key, resource), { force: true });
  }
};

function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(body && `<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
}

function refuse(request, response, status, code) {
  request.resume();
  answer(response, status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function partsOf(upload) {
  const parts = fs.readdirSync(upload).filter(name => /^\d+$/.test(name) && fs.existsSync(path.join(upload, `${name}.md5`))).sort((a, b) => a - b);
  return parts.map(number => {
    const { size, mtime } = fs.statSync(path.join(upload, number));
    const md5 = fs.readFileSync(path.join(upload, `${number}.md5`), 'utf8');
    const changed = mtime.toISOString();
    return `<Part><PartNumber>${number}</PartNumber><ETag>"${md5}"</ETag><Size>${size}</Size><LastModified>${changed}</LastModified></Part>`;
  });
}

function listUploads(uploads, response) {
  // One without its key is being begun, or was dropped.
  const begun = (fs.existsSync(uploads) ? fs.readdirSync(uploads) : []).filter(id => fs.existsSync(path.join(uploads, id, 'key')));
  const listed = begun.map(id => {
    const file = path.join(uploads, id, 'key');
    const initiated = fs.statSync(file).mtime.toISOString();
    return `<Upload><Key>${fs.readFileSync(file, 'utf8')}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`;
  });
  answer(response, 200, `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${listed.join('')}</ListMultipartUploadsResult>`);
}

/** Lets puts of one key go one after the other. */
function put(request, response) {
  const before = putting.get(request.url) ?? Promise.resolve();
  putting.set(request.url, before.then(() => {
    callback(request, response);
    return new Promise(resolve => response.once('close', resolve));
  }));
}

function serve(request, response) {
  const url = new URL(request.url, 'http://localhost');
  const [, bucket, ...rest] = decodeURIComponent(url.pathname).split('/');
  const key = rest.join('/');
  const id = url.searchParams.get('uploadId');
  const uploads = path.join(folder, bucket, '._S3rver_uploads');
  if (request.method === 'GET' && url.searchParams.has('uploads')) {
    return listUploads(uploads, response);
  }

  if (id === null) {
    const object = path.join(folder, bucket, key + suffix);
    if (request.headers.range && fs.existsSync(object) && fs.statSync(object).size === 0) {
      return refuse(request, response, 416, 'InvalidRange');
    }

    return request.method === 'PUT' ? put(request, response) : callback(request, response);
  }

  const upload = path.join(uploads, path.basename(id));
  if (!/^[0-9a-f]+$/.test(id) || !fs.existsSync(path.join(upload, 'key')) || fs.readFileSync(path.join(upload, 'key'), 'utf8') !== key) {
    return refuse(request, response, 404, 'NoSuchUpload');
  }

  if (request.method === 'GET') {
    const parts = partsOf(upload).join('');
    return answer(response, 200, `<ListPartsResult><UploadId>${id}</UploadId><IsTruncated>false</IsTruncated>${parts}</ListPartsResult>`);
  }

  if (request.method === 'DELETE') {
    fs.rmSync(path.join(upload, 'key'));
    return answer(response, 204);
  }

  return callback(request, response);
}

/** What trips over files that others change is refused as S3 refuses, and asked again. */
function serveOrRefuse(request, response) {
  try {
    serve(request, response);
  } catch (error) {
    console.error(error);
    refuse(request, response, 500, 'InternalError');
  }
}

// A file that another request has just removed, found while it is opened.
process.on('uncaughtException', error => console.error(error));
process.stdin.resume().on('end', () => process.exit());
const server = http.createServer(serveOrRefuse);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
