using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OrleansRegistry.Objects.Encryption;
using OrleansRegistry.Objects.Local;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests.Encryption;

public sealed class EncryptionTests : IDisposable
{
    private const int Chunk = 64 * 1024;
    private const int Stride = Chunk + 16;
    private const int Header = 40;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Damages { get; } = ["bit", "tag", "cut", "cut at a chunk", "cut to the header", "cut in the header", "longer",
        "chunks swapped", "chunk repeated", "chunk dropped", "salt", "renamed"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Damage_is_found(string damage)
    {
        await using var store = Store("one");
        await store.PutAsync("a", Bytes.Stream(Bytes.Random((3 * Chunk) + 100)));
        var stored = File.ReadAllBytes(folder.File("a"));
        var chunks = Enumerable.Range(0, 4).Select(i => stored.Skip(Header + (i * Stride)).Take(Stride)).ToList();
        var head = stored.Take(Header);
        var name = damage == "renamed" ? "b" : "a";
        File.WriteAllBytes(
            folder.File(name),
            damage switch
            {
                "bit" => Flipped(stored, Header + Stride + 5),
                "tag" => Flipped(stored, Header + Stride - 1),
                "cut" => stored[..^30],
                "cut at a chunk" => stored[..(Header + (3 * Stride))],
                "cut to the header" => stored[..Header],
                "cut in the header" => stored[..20],
                "longer" => [.. stored, 0],
                "chunks swapped" => [.. head, .. chunks[1], .. chunks[0], .. chunks[2], .. chunks[3]],
                "chunk repeated" => [.. head, .. chunks[0], .. chunks[0], .. chunks[1], .. chunks[2], .. chunks[3]],
                "chunk dropped" => [.. head, .. chunks[0], .. chunks[2], .. chunks[3]],
                "salt" => Flipped(stored, 30),
                _ => stored,
            });

        await using var _ = store;
        var found = await Assert.ThrowsAsync<ObjectStoreException>(() => store.ReadAsync(name));

        Assert.Equal(ObjectStoreError.Damaged, found.Error);
        Assert.Contains($"{name} in the folder {folder.Path} is damaged", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_range_that_lies_beyond_a_cut_is_no_end()
    {
        await using var store = Store("one");
        await store.PutAsync("a", Bytes.Stream(Bytes.Random((3 * Chunk) + 100)));
        File.WriteAllBytes(folder.File("a"), File.ReadAllBytes(folder.File("a"))[..(Header + (2 * Stride))]);

        Assert.Equal(ObjectStoreError.Damaged, (await Assert.ThrowsAsync<ObjectStoreException>(() => store.ReadAsync("a", 3 * Chunk, 10))).Error);
        Assert.Equal(ObjectStoreError.Damaged, (await Assert.ThrowsAsync<ObjectStoreException>(() => store.ReadAsync("a", Chunk, 10))).Error);
        Assert.Equal(10, (await store.ReadAsync("a", 10, 10)).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData(3 * Chunk)]
    public async Task Sizes_and_ranges_are_those_of_the_content(int size)
    {
        await using var store = Store("one");
        var content = Bytes.Random(size);

        Assert.Equal(size, (await store.PutAsync("a", Bytes.Stream(content))).Size);

        Assert.Equal(size, (await store.FindAsync("a"))!.Size);
        Assert.Equal(EncryptionHeader.EncryptedLength(size), new FileInfo(folder.File("a")).Length);
        Assert.Equal(content, await store.ReadAsync("a"));
        foreach (var from in (int[])[0, 1, Chunk - 1, Chunk, Chunk + 1, (2 * Chunk) - 1, size - 1, size, size + 1, size + (2 * Chunk)])
        {
            foreach (var count in (int[])[0, 1, 2, Chunk, Chunk + 1, 2 * Chunk, 4 * Chunk])
            {
                Assert.Equal(content.Skip(Math.Max(0, from)).Take(count).ToArray(), await store.ReadAsync("a", Math.Max(0, from), count));
            }
        }
    }

    [Fact]
    public async Task The_newest_key_encrypts_and_older_ones_still_decrypt()
    {
        await using (var before = Store("old"))
        {
            await before.PutAsync("a", Bytes.Stream("a"u8.ToArray()));
        }

        await using (var both = Store("old", "new"))
        {
            await both.PutAsync("b", Bytes.Stream("b"u8.ToArray()));
            Assert.Equal("a"u8.ToArray(), await both.ReadAsync("a"));
        }

        await using var after = Store("new");
        Assert.Equal("b"u8.ToArray(), await after.ReadAsync("b"));
        var refused = await Assert.ThrowsAsync<ObjectStoreException>(() => after.ReadAsync("a"));
        Assert.Equal(ObjectStoreError.Configuration, refused.Error);
        Assert.Contains($"is encrypted with the key {Keys.Of("old").Ids[0]}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("OBJECT_ENCRYPTION_KEY_FILE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_encrypted_is_read_only_where_that_is_allowed()
    {
        folder.Write("a", "plain text of an older snapshot, longer than a header");
        await using var strict = Store("one");
        var refused = await Assert.ThrowsAsync<ObjectStoreException>(() => strict.ReadAsync("a"));
        Assert.Contains("OBJECT_READ_PLAIN=true", refused.Message, StringComparison.Ordinal);

        await using var lenient = new EncryptedObjectStore(new LocalObjectStore(folder.Path), Keys.Of("one"), readPlain: true);
        await lenient.PutAsync("b", Bytes.Stream(new byte[7]));
        Assert.Equal("plain", Encoding.ASCII.GetString(await lenient.ReadAsync("a", 0, 5)));
        Assert.Equal(53, (await lenient.ReadAsync("a")).Length);
        var sizes = new List<long>();
        await foreach (var info in lenient.ListAsync(""))
        {
            sizes.Add(info.Size);
        }

        Assert.Equal([53, 7], sizes);
    }

    [Fact]
    public async Task Without_a_key_an_encrypted_object_is_told_as_such()
    {
        await using (var store = Store("one"))
        {
            await store.PutAsync("a", Bytes.Stream(new byte[100]));
        }

        await using var unkeyed = new UnkeyedObjectStore(new LocalObjectStore(folder.Path));
        var refused = await Assert.ThrowsAsync<ObjectStoreException>(() => unkeyed.ReadAsync("a"));
        Assert.Equal(ObjectStoreError.Configuration, refused.Error);
        Assert.Contains($"encrypted with the key {Keys.Of("one").Ids[0]}, and none is set", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_format_is_told()
    {
        await using var store = Store("one");
        await store.PutAsync("a", Bytes.Stream([1]));
        var stored = File.ReadAllBytes(folder.File("a"));
        stored[8] = 2;
        File.WriteAllBytes(folder.File("a"), stored);

        var refused = await Assert.ThrowsAsync<ObjectStoreException>(() => store.ReadAsync("a"));

        Assert.Contains("format 2; this version of the registry reads format 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_content_is_on_the_disk_and_equal_contents_differ()
    {
        await using var store = Store("one");
        var content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("secret ", 20_000)));
        await store.PutAsync("a", Bytes.Stream(content));
        var first = File.ReadAllBytes(folder.File("a"));
        await store.PutAsync("a", Bytes.Stream(content));
        var second = File.ReadAllBytes(folder.File("a"));
        var upload = await store.BeginUploadAsync("b");
        await store.PutPartAsync("b", upload, 1, Bytes.Stream(content));

        foreach (var file in System.IO.Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf("secret"u8));
        }

        Assert.NotEqual(first[Header..(Header + 100)], second[Header..(Header + 100)]);
    }

    /// <summary>Decrypts by the format's description alone, as another program would.</summary>
    [Fact]
    public async Task The_format_is_what_its_description_says()
    {
        var content = Bytes.Random(Chunk + 5);
        await using var store = Store("one");
        await store.PutAsync("f/a", Bytes.Stream(content));
        var stored = File.ReadAllBytes(folder.File("f/a"));
        var key = Convert.FromBase64String(Keys.Text("one"));

        Assert.Equal("ORENCOBJ"u8.ToArray(), stored[..8]);
        Assert.Equal([1, 16, 0, 0, 0, 0, 0, 0], stored[8..16]);
        Assert.Equal(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 8, null, "key id"u8.ToArray()), stored[16..24]);
        var own = HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, stored[24..40], "OrleansRegistry object"u8.ToArray());
        using var cipher = new AesGcm(own, 16);
        var decrypted = new byte[Chunk + 5];
        byte[] context = [.. stored[..40], .. "f/a"u8];
        cipher.Decrypt(Nonce(0, 0), stored.AsSpan(40, Chunk), stored.AsSpan(40 + Chunk, 16), decrypted.AsSpan(0, Chunk), context);
        cipher.Decrypt(Nonce(1, 1), stored.AsSpan(56 + Chunk, 5), stored.AsSpan(61 + Chunk), decrypted.AsSpan(Chunk), context);
        Assert.Equal(content, decrypted);
    }

    /// <summary>An object that the first version wrote: later ones must read it.</summary>
    [Fact]
    public async Task An_object_of_the_first_version_is_read()
    {
        File.WriteAllBytes(folder.File("first"), Convert.FromHexString(FirstVersion));
        await using var store = Store("one");

        Assert.Equal("an object of the first version"u8.ToArray(), await store.ReadAsync("first"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAA")]
    [InlineData("# only a remark")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,x")]
    public void A_text_without_keys_is_refused(string text) => Assert.False(ObjectKeys.TryParse(text, out _));

    [Fact]
    public void Keys_stand_a_line_each_in_either_spelling()
    {
        var key = SHA256.HashData("one"u8);
        Assert.True(ObjectKeys.TryParse($"# keys\n{Convert.ToHexString(key)}  # 2026\r\n\n{Keys.Text("two")}\n", out var keys));

        Assert.Equal(Keys.Of("one", "two").Ids, keys.Ids);
        Assert.Equal(2, keys.Ids.Distinct().Count());
    }

    private const string FirstVersion =
        "4F52454E434F424A011000000000000071284FB4BCE9759C000102030405060708090A0B0C0D0E0FC905C593463F40494D02"
        + "47FD451C7024F39DD96FDFE3C9BA25FBA1300BB6BADBC7A7C793AA8A7174C8F8420E6DD8";

    private static byte[] Nonce(long chunk, byte last)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteInt64BigEndian(nonce, chunk);
        nonce[11] = last;
        return nonce;
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= 1;
        return flipped;
    }

    private EncryptedObjectStore Store(params string[] keys) => new(new LocalObjectStore(folder.Path), Keys.Of(keys));
}
