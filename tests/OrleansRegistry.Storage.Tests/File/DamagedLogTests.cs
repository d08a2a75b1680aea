using OrleansRegistry.Storage.Files;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Files;

/// <summary>Damage that is no torn tail: the start is refused with file and offset, and every byte is left as it was.</summary>
public sealed class DamagedLogTests : IDisposable
{
    private readonly TempFolder temp = new();

    public void Dispose() => temp.Dispose();

    [Fact]
    public async Task A_flipped_byte_in_the_newest_segment_with_intact_data_behind_it()
    {
        var files = await WriteLogAsync(segments: 1);
        var (name, bytes) = files.Single();
        var frames = FrameOffsets(bytes);
        for (var at = frames[1]; at < frames[2]; at++)
        {
            var refusal = await RefusesAsync(files, name, damaged => damaged[at] ^= 0x10);
            Assert.Contains($"{name} is damaged at offset {frames[1]}:", refusal);
            Assert.Contains($"intact data follows at offset {frames[2]}", refusal);
        }
    }

    [Fact]
    public async Task A_flipped_byte_anywhere_in_an_older_segment()
    {
        var files = await WriteLogAsync(segments: 3);
        var (name, bytes) = files.First();
        var last = FrameOffsets(bytes)[^1];
        for (var at = SegmentHeader.Bytes; at < bytes.Length; at += 37)
        {
            Assert.Contains($"{name} is damaged at offset ", await RefusesAsync(files, name, damaged => damaged[at] ^= 0x10));
        }

        Assert.Contains($"{name} is damaged at offset {last}:", await RefusesAsync(files, name, damaged => damaged[^1] ^= 0x10));
    }

    [Fact]
    public async Task An_older_segment_cut_short()
    {
        var files = await WriteLogAsync(segments: 3);
        var (name, bytes) = files.First();
        var last = FrameOffsets(bytes)[^1];
        Assert.Contains($"{name} is damaged at offset {last}: the file ends within", await RefusesAsync(new(files) { [name] = bytes[..^5] }));
    }

    [Fact]
    public async Task A_missing_segment()
    {
        var files = await WriteLogAsync(segments: 4);
        foreach (var missing in files.Keys.SkipLast(1).ToArray())
        {
            var rest = new SortedDictionary<string, byte[]>(files);
            rest.Remove(missing);
            Assert.Contains($"{missing} is missing", await RefusesAsync(rest));
        }
    }

    [Fact]
    public async Task Two_segments_in_each_others_place()
    {
        var files = await WriteLogAsync(segments: 3);
        var names = files.Keys.ToArray();
        var swapped = new SortedDictionary<string, byte[]>(files) { [names[0]] = files[names[1]], [names[1]] = files[names[0]] };
        Assert.Contains($"{names[0]} is damaged at offset 0: its header says", await RefusesAsync(swapped));
    }

    [Fact]
    public async Task A_segment_whose_records_are_older_than_those_before_it()
    {
        var files = await WriteLogAsync(segments: 1);
        var (name, bytes) = files.Single();
        var frames = FrameOffsets(bytes);
        byte[] repeated = [.. bytes, .. bytes[frames[0]..frames[1]]];
        Assert.Contains($"{name} is damaged at offset {bytes.Length + FrameFormat.HeaderBytes}: a record has version 1", await RefusesAsync(new() { [name] = repeated }));
    }

    [Fact]
    public async Task Any_flipped_byte_of_a_header()
    {
        var files = await WriteLogAsync(segments: 2);
        foreach (var name in files.Keys)
        {
            for (var at = 0; at < SegmentHeader.Bytes; at++)
            {
                Assert.Contains(name, await RefusesAsync(files, name, damaged => damaged[at] ^= 0x10));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public async Task A_segment_shorter_than_its_header(int length)
    {
        var files = await WriteLogAsync(segments: 2);
        var name = files.Keys.Last();
        Assert.Contains($"{name} is damaged at offset 0", await RefusesAsync(new(files) { [name] = files[name][..length] }));
    }

    [Fact]
    public async Task A_format_of_another_program_version()
    {
        var files = await WriteLogAsync(segments: 1);
        var refusal = await RefusesAsync(files, files.Keys.Single(), bytes => bytes[8] = 9);
        Assert.Contains("has the log format 9, and this program knows only format 1", refusal);
    }

    [Fact]
    public async Task A_name_that_is_almost_a_segments()
    {
        var files = await WriteLogAsync(segments: 1);
        Assert.Contains("log-1 (copy).seg", await RefusesAsync(new(files) { ["log-1 (copy).seg"] = [] }));
    }

    [Fact]
    public async Task A_damaged_compacted_segment_and_one_without_its_successor()
    {
        var folder = temp["compacted"];
        await using (var store = await FileStores.OpenAsync(folder))
        {
            await store.PutAsync("a", 0, "1");
            await store.CompactAsync();
        }

        var files = temp.Bytes(folder);
        Assert.Equal(["log-0000000001.compacted.seg", "log-0000000002.seg"], files.Keys);
        Assert.Contains("compacted.seg is damaged at offset", await RefusesAsync(files, files.Keys.First(), bytes => bytes[^1] ^= 1));
        Assert.Contains("log-0000000002.seg is missing", await RefusesAsync(new() { [files.Keys.First()] = files.Values.First() }));
    }

    [Fact]
    public async Task Damage_found_while_serving_fails_only_that_read()
    {
        var folder = temp["served"];
        await using var store = await FileStores.OpenAsync(folder);
        await store.PutAsync("a", 0, "damaged");
        await store.PutAsync("b", 0, "whole");
        var path = Path.Combine(folder, "log-0000000001.seg");
        var at = File.ReadAllBytes(path).AsSpan().IndexOf("damaged"u8);
        using (var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = at;
            file.WriteByte((byte)'X');
        }

        var fault = await Assert.ThrowsAsync<Model.RegistryException>(async () => await store.GetAsync("a"));
        Assert.DoesNotContain(folder, fault.Message);
        Assert.Contains(path, fault.InnerException!.ToString());
        Assert.Equal(Body("whole"), (await store.GetAsync("b"))!.Body);
    }

    private async Task<SortedDictionary<string, byte[]>> WriteLogAsync(int segments)
    {
        var folder = temp[Guid.NewGuid().ToString("N")];
        await using (var store = await FileStores.OpenAsync(folder))
        {
            for (var i = 0; i < 3 || Directory.GetFiles(folder, "*.seg").Length < segments; i++)
            {
                await store.PutAsync($"a{i}", 0, new string('x', segments == 1 ? 10 : 1500));
            }
        }

        return temp.Bytes(folder);
    }

    private static List<int> FrameOffsets(byte[] segment)
    {
        var offsets = new List<int>();
        for (var at = SegmentHeader.Bytes; at < segment.Length; at += FrameFormat.HeaderBytes + FrameFormat.PayloadLength(segment.AsSpan(at)))
        {
            offsets.Add(at);
        }

        return offsets;
    }

    private Task<string> RefusesAsync(SortedDictionary<string, byte[]> files, string name, Action<byte[]> damage)
    {
        var damaged = (byte[])files[name].Clone();
        damage(damaged);
        return RefusesAsync(new(files) { [name] = damaged });
    }

    private async Task<string> RefusesAsync(SortedDictionary<string, byte[]> files)
    {
        var folder = temp.With(files);
        File.WriteAllText(Path.Combine(folder, "log-0000000009.seg.tmp"), "left over");
        var before = temp.Bytes(folder);
        var refusal = await FileStores.RefusesAsync(folder);
        Assert.Equal(before, temp.Bytes(folder));
        return refusal.Message;
    }
}
