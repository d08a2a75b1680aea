namespace OrleansRegistry.Client;

/// <summary>A stream that reads another one, and owns it.</summary>
internal abstract class ReadStream(Stream inner) : ForwardStream
{
    protected Stream Inner => inner;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
