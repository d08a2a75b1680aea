using OrleansRegistry.Objects.Cloud.S3;

namespace OrleansRegistry.Objects.Tests.Cloud;

internal static class S3
{
    private static readonly HttpClient Http = new();

    /// <summary>Options for a server on this machine: short waits, small pages.</summary>
    public static S3Options Options(Uri endpoint)
    {
        var options = new S3Options
        {
            Endpoint = endpoint.ToString(),
            AccessKeyId = "S3RVER",
            SecretAccessKey = "S3RVER",
            Timeout = TimeSpan.FromSeconds(30),
        };
        options.Tuning.PageSize = 3;
        options.Tuning.MaxWait = TimeSpan.FromMilliseconds(20);
        return options;
    }

    /// <summary>A new bucket: the server lists all of one to list a part of it.</summary>
    public static async Task<string> CreateBucketAsync(Uri endpoint)
    {
        var bucket = $"b-{Guid.NewGuid():N}";
        using var answer = await Http.PutAsync(new Uri(endpoint, bucket), content: null);
        Assert.True(answer.IsSuccessStatusCode);
        return bucket;
    }
}
