namespace OrleansRegistry.Objects.Cloud;

/// <summary>What tests set otherwise.</summary>
internal sealed class CloudTuning
{
    /// <summary>How many objects a page of a list has.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>The longest wait before a request is sent again.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Makes the handler of the connections.</summary>
    public Func<HttpMessageHandler> NewHandler { get; set; } = CloudHttp.NewHandler;
}
