namespace OrleansRegistry.Client;

/// <summary>A stream of which a read fails when nothing comes for long: the other side may be gone without a word.</summary>
internal sealed class QuietStream(Stream inner, TimeSpan longest, TimeProvider time) : ReadStream(inner)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var patience = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await Inner.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {longest.TotalSeconds:0} seconds", fault);
        }
    }
}
