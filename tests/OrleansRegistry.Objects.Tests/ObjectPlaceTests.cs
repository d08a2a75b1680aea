using Microsoft.Extensions.Options;
using OrleansRegistry.Objects.Tests.Support;

namespace OrleansRegistry.Objects.Tests;

public sealed class ObjectPlaceTests
{
    [Theory]
    [InlineData("/var/lib/objects", "file", null, "/var/lib/objects", "/var/lib/objects")]
    [InlineData("data/snapshots", "file", null, "data/snapshots", "data/snapshots")]
    [InlineData("file:///var/lib/objects", "file", null, "/var/lib/objects", "/var/lib/objects")]
    [InlineData("s3://bucket", "s3", "bucket", "", "s3://bucket")]
    [InlineData("s3://bucket/", "s3", "bucket", "", "s3://bucket")]
    [InlineData("S3://my.bucket-1/a/b/", "s3", "my.bucket-1", "a/b", "s3://my.bucket-1/a/b")]
    [InlineData("gs://bucket/prefix", "gs", "bucket", "prefix", "gs://bucket/prefix")]
    [InlineData("az://container/p", "az", "container", "p", "az://container/p")]
    [InlineData("s3:", "s3", null, "", "s3:")]
    [InlineData("gs://", "gs", null, "", "gs:")]
    public void A_place_is_a_folder_or_a_bucket(string text, string scheme, string? bucket, string path, string shown)
    {
        Assert.True(ObjectPlace.TryParse(text, out var place));

        Assert.Equal((scheme, bucket, path), (place.Scheme, place.Bucket, place.Path));
        Assert.Equal(shown, place.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://host/x")]
    [InlineData("ftp://host/x")]
    [InlineData("s3:bucket")]
    [InlineData("s3:///prefix")]
    [InlineData("s3://Bucket")]
    [InlineData("s3://ab")]
    [InlineData("s3://key:secret@bucket/x")]
    [InlineData("s3://bucket/a?x=1")]
    [InlineData("s3://bucket/../other")]
    [InlineData("s3://bucket//a")]
    [InlineData("gs://bucket/.store")]
    [InlineData("file://host/share")]
    [InlineData("postgresql://user:password@host/db")]
    public void Anything_else_is_none(string text) => Assert.False(ObjectPlace.TryParse(text, out _));

    [Fact]
    public void A_place_has_places_within()
    {
        Assert.Equal("/a/b/c", ObjectPlace.OfFolder("/a").Within("b/c").ToString());
        Assert.True(ObjectPlace.TryParse("s3://bucket/p", out var place));
        Assert.Equal("s3://bucket/p/backups", place.Within("backups").ToString());
    }

    [Fact]
    public async Task A_folder_opens_without_a_provider_and_a_bucket_says_what_opens_it()
    {
        using var folder = new TemporaryFolder();
        var stores = new ObjectStores([], Options.Create(new ObjectOptions()));
        await using var store = stores.Open(ObjectPlace.OfFolder(folder.Path));
        await store.PutAsync("a", Bytes.Stream([1]));
        Assert.True(File.Exists(folder.File("a")));

        Assert.True(ObjectPlace.TryParse("s3://bucket", out var place));
        var refused = Assert.Throws<ObjectStoreException>(() => stores.Open(place));
        Assert.Equal(ObjectStoreError.Configuration, refused.Error);
        Assert.Contains("AddCloudObjectStores", refused.Message, StringComparison.Ordinal);
    }
}
