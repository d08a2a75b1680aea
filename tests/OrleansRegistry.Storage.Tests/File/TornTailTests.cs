using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage.Files;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Files;

public sealed class TornTailTests : IDisposable
{
    private const string Segment = "log-0000000001.seg";

    private readonly TempFolder temp = new();

    public void Dispose() => temp.Dispose();

    [Fact]
    public async Task A_log_cut_anywhere_in_its_last_frame_opens_without_that_frame()
    {
        var (whole, lastFrame) = await WriteLogAsync();
        for (var cut = lastFrame; cut < whole.Length; cut++)
        {
            await OpensWithoutLastFrameAsync(whole[..cut], lastFrame, $"cut at {cut}");
        }
    }

    [Fact]
    public async Task A_log_with_any_byte_of_its_last_frame_flipped_opens_without_that_frame()
    {
        var (whole, lastFrame) = await WriteLogAsync();
        for (var at = lastFrame; at < whole.Length; at++)
        {
            var flipped = (byte[])whole.Clone();
            flipped[at] ^= 0x41;
            await OpensWithoutLastFrameAsync(flipped, lastFrame, $"flipped at {at}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(5000)]
    public async Task Garbage_behind_the_last_frame_is_cut_off(int bytes)
    {
        var (whole, _) = await WriteLogAsync();
        var garbage = new byte[bytes];
        new Random(bytes).NextBytes(garbage);
        var folder = temp.With([new(Segment, [.. whole, .. garbage])]);
        await using (var store = await FileStores.OpenAsync(folder))
        {
            Assert.Equal(3, await store.CurrentRevisionAsync());
        }

        Assert.Equal(whole, File.ReadAllBytes(Path.Combine(folder, Segment)));
    }

    [Fact]
    public async Task What_was_cut_off_is_reported_with_file_offset_and_size()
    {
        var (whole, lastFrame) = await WriteLogAsync();
        var (folder, log) = (temp.With([new(Segment, whole[..^3])]), new LogCapture<FileStore>());
        await using var store = await FileStores.OpenAsync(folder, logger: log);

        var warning = Assert.Single(log.Entries, entry => entry.Level == LogLevel.Warning).Message;
        Assert.Contains(Path.Combine(folder, Segment), warning);
        Assert.Contains($"{whole.Length - 3 - lastFrame} bytes at offset {lastFrame}", warning);
    }

    [Fact]
    public async Task A_frame_within_a_document_cannot_pass_for_one()
    {
        // As a document's text the magic can only be its UTF-8 encoding, which has other bytes.
        await using var store = await FileStores.OpenAsync(temp["data"]);
        await store.PutAsync("a", 0, "\u00ffORF\u00feLG\u00ff");
        var bytes = temp.Bytes(temp["data"])[Segment];
        Assert.Equal(1, bytes.AsSpan().Count(FrameFormat.Magic));
    }

    private async Task<(byte[] Whole, int LastFrame)> WriteLogAsync()
    {
        var folder = temp[Guid.NewGuid().ToString("N")];
        int lastFrame;
        await using (var store = await FileStores.OpenAsync(folder))
        {
            await store.PutAsync("a", 0, "1");
            await store.PutAsync("b", 0, "1");
            lastFrame = temp.Bytes(folder)[Segment].Length;
            await store.PutAsync("a", 1, "2");
        }

        return (temp.Bytes(folder)[Segment], lastFrame);
    }

    private async Task OpensWithoutLastFrameAsync(byte[] bytes, int lastFrame, string how)
    {
        var folder = temp.With([new(Segment, bytes)]);
        await using (var store = await FileStores.OpenAsync(folder))
        {
            Assert.True(await store.CurrentRevisionAsync() == 2, how);
            Assert.Equal(Body("1"), (await store.GetAsync("a"))!.Body);
            Assert.Equal(lastFrame, temp.Bytes(folder)[Segment].Length);
            Assert.Equal(3, await store.PutAsync("a", 1, "other"));
        }

        await using var again = await FileStores.OpenAsync(folder);
        Assert.Equal(Body("other"), (await again.GetAsync("a"))!.Body);
        Assert.Equal(Body("1"), (await again.GetAsync("b"))!.Body);
    }
}
