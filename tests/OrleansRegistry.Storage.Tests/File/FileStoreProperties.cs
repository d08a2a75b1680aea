using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Orleans.Storage;
using OrleansRegistry.Model;
using OrleansRegistry.Storage.Files;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Files;

/// <summary>Random runs against plain models. A failure prints the seed to repeat it with (Config.WithReplay).</summary>
public sealed class FileStoreProperties : IDisposable
{
    private readonly TempFolder temp = new();

    public void Dispose() => temp.Dispose();

    public enum Act
    {
        Put,
        PutStale,
        Delete,
        Reopen,
        Compact,
    }

    private static readonly Gen<(Act Act, int Key, int Size)> Step =
        from act in Gen.Frequency(
            (12, Gen.Constant(Act.Put)), (2, Gen.Constant(Act.PutStale)), (4, Gen.Constant(Act.Delete)), (1, Gen.Constant(Act.Reopen)), (1, Gen.Constant(Act.Compact)))
        from key in Gen.Choose(0, 6)
        from size in Gen.Frequency((9, Gen.Choose(0, 400)), (1, Gen.Choose(2_000, 9_000)))
        select (act, key, size);

    [Fact]
    public void Any_run_of_changes_restarts_and_compactions_leaves_what_a_dictionary_would_hold() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(Step.ListOf().ToArbitrary(), steps => RunAsync(steps).GetAwaiter().GetResult()));

    [Fact]
    public void Any_damage_to_the_tail_leaves_every_frame_before_it_or_refuses() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(200),
        Prop.ForAll(
            (from frames in Gen.Choose(1, 12)
             from intact in Gen.Choose(0, frames)
             from keep in Gen.Choose(0, 2_000)
             from garbage in ArbMap.Default.GeneratorFor<byte[]>()
             from flips in Gen.Choose(0, 100_000).ListOf()
             select (frames, intact, keep, garbage, flips: flips.ToArray())).ToArbitrary(),
            damage => DamageAsync(damage.frames, damage.intact, damage.keep, damage.garbage, damage.flips).GetAwaiter().GetResult()));

    [Fact]
    public void Any_record_comes_back_from_its_bytes() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(
            (from tenant in Text
             from id in Text
             from version in Gen.Choose(1, int.MaxValue)
             from document in ArbMap.Default.GeneratorFor<byte[]>()
             from fields in ArbMap.Default.GeneratorFor<byte[]>()
             from deleted in ArbMap.Default.GeneratorFor<bool>()
             select (key: new RecordKey(tenant, id), version: version * 3_000_000_000L, body: deleted ? (RecordBody?)null : new RecordBody(Raw(document), Raw(fields))))
            .ToArbitrary(),
            record =>
            {
                var (tenant, id) = RecordRules.CheckKey(RecordKind.Agent, record.key);
                var bytes = new byte[RecordFormat.Length(tenant, id, record.body)];
                RecordFormat.Write(bytes, RecordKind.Agent, record.key, record.version, record.body);
                Assert.True(RecordFormat.TryRead(bytes, out var read) && RecordFormat.IsIntact(read.Bytes));
                Assert.Equal(record.key, new RecordKey(Encoding.UTF8.GetString(read.Tenant), Encoding.UTF8.GetString(read.Id)));
                Assert.Equal((record.version, record.body is null), (read.Version, read.IsDelete));
                Assert.Equal(record.body ?? default, read.CopyBody());
            }));

    private static Gen<string> Text => Gen.Elements("a", "Z", " ", "/", "é", "\0", "漢", "🙂").ListOf().Select(parts => string.Concat(parts));

    private static RawJson Raw(byte[] bytes) => RawJson.FromValid(bytes);

    private async Task RunAsync(IEnumerable<(Act Act, int Key, int Size)> steps)
    {
        var folder = temp[Guid.NewGuid().ToString("N")];
        var (model, revision, n) = (new Dictionary<RecordKey, StoredRecord>(), 0L, 0);
        var store = await FileStores.OpenAsync(folder);
        foreach (var (act, number, size) in steps)
        {
            var key = Key($"key {number}");
            var version = model.GetValueOrDefault(key)?.Version ?? 0;
            switch (act)
            {
                case Act.Put:
                    var body = Body($"{n++}{new string('x', size)}");
                    Assert.Equal(++revision, await store.WriteAsync(RecordKind.Agent, key, version, body));
                    model[key] = new StoredRecord(key, revision, body);
                    break;
                case Act.PutStale:
                    await Assert.ThrowsAsync<InconsistentStateException>(async () => await store.PutAsync(key.Id, version + 1, "stale"));
                    break;
                case Act.Delete when version > 0:
                    Assert.Equal(++revision, await store.DropAsync(key.Id, version));
                    model.Remove(key);
                    break;
                case Act.Reopen:
                    await store.DisposeAsync();
                    store = await FileStores.OpenAsync(folder);
                    break;
                case Act.Compact:
                    await store.CompactAsync();
                    break;
            }

            Assert.Equal(model.GetValueOrDefault(key), await store.ReadAsync(RecordKind.Agent, key));
        }

        Assert.Equal(model, await store.AllAsync());
        await store.DisposeAsync();
        await using var again = await FileStores.OpenAsync(folder);
        Assert.Equal(model, await again.AllAsync());
        Assert.Equal(revision, await again.CurrentRevisionAsync());
    }

    /// <summary>Leaves the first frames as they are, cuts what follows to some length, flips bits in it and puts garbage behind it.</summary>
    private async Task DamageAsync(int frames, int intact, int keep, byte[] garbage, int[] flips)
    {
        const string Name = "log-0000000001.seg";
        var (source, ends) = (temp[Guid.NewGuid().ToString("N")], new List<int> { SegmentHeader.Bytes });
        await using (var store = await FileStores.OpenAsync(source, segmentBytes: 1 << 20))
        {
            for (var i = 0; i < frames; i++)
            {
                await store.PutAsync($"a{i}", 0, $"{i}");
                ends.Add((int)new FileInfo(Path.Combine(source, Name)).Length);
            }
        }

        var whole = temp.Bytes(source)[Name];
        byte[] tail = [.. whole[ends[intact]..Math.Min(whole.Length, ends[intact] + keep)], .. garbage];
        foreach (var flip in flips.Where(_ => tail.Length > 0))
        {
            tail[flip % tail.Length] ^= (byte)(1 << (flip % 8));
        }

        var folder = temp.With([new(Name, [.. whole[..ends[intact]], .. tail])]);
        try
        {
            await using var store = await FileStores.OpenAsync(folder);
            var held = (int)await store.CurrentRevisionAsync();
            Assert.InRange(held, intact, frames);
            var expected = Enumerable.Range(0, held).ToDictionary(i => Key($"a{i}"), i => new StoredRecord(Key($"a{i}"), i + 1, Body($"{i}")));
            Assert.Equal(expected, await store.AllAsync());
        }
        catch (StoreStartException refusal)
        {
            Assert.Contains("intact data follows", refusal.Message);
        }
    }
}
